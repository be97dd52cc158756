import Envelopes
import JSON
import Measurements
import Platform
import Store
import Verdicts

/// One comparison with the evidence of every block.
public struct ComparisonDetail: Sendable, Equatable {
  public let comparison: Report.Comparison
  /// What its samples say today, which is what was recorded unless something else is known of it now; nil if they can't be
  /// judged any more, as `problem` says.
  public let verdict: Verdict?
  /// One per rule about a ratio; empty without a verdict.
  public let traces: [EvidenceTrace]
  /// The answers that differ between the two models.
  public let changedAnswers: [ChangedAnswer]
  /// Requests of routing tasks that either model routed wrongly.
  public let wrongRoutes: [WrongRoute]
  /// How both models make vectors; nil unless they do.
  public let vectors: VectorFacts?
  /// The machine and the memory of both models while it was measured.
  public let surroundings: Surroundings?
  /// Why there are no traces; nil if the samples could be judged.
  public let problem: String?

  /// Reads and judges the comparison's samples.
  ///
  /// - Parameters:
  ///   - admission: The imports that count.
  ///   - envelopes: Envelopes that were read before; callers with more comparisons pass the same value each time.
  /// - Throws: `StoreError` if the comparison or its samples can't be read.
  /// - Complexity: O(*n* log *n*) in the samples of the comparison and of the earlier ones that it continues.
  public init(
    _ comparison: Report.Comparison, in store: MeasurementStore, admitting admission: ImportAdmission = .none,
    _ envelopes: RecentValues<EnvelopeHash, Envelope> = RecentValues(limit: 1)
  ) throws(StoreError) {
    self.comparison = comparison
    let inputs: VerdictInputs
    let context: HostContext
    do throws(StoreError) {
      inputs = try store.verdictInputs(of: comparison.number, admitting: admission)
      context = try store.context(of: comparison.number)
    } catch {
      // One comparison without its samples must not hide the others.
      if case .file = error { throw error }
      (verdict, traces, changedAnswers, wrongRoutes, vectors) = (nil, [], [], [], nil)
      (surroundings, problem) = (nil, error.description)
      return
    }
    surroundings = Surroundings(inputs.evidence, context)
    do {
      let envelope = try envelopes.value(of: inputs.evidence.session.envelopeHash) { () throws(EnvelopeError) in
        try Envelope(source: inputs.evidence.envelope)
      }
      let judge = try Judge(inputs, under: envelope)
      (verdict, traces, problem) = (try judge.verdict(), try judge.traces(), nil)
      (changedAnswers, wrongRoutes, vectors) = (judge.changedAnswers, judge.wrongRoutes, judge.vectorFacts)
    } catch {
      (verdict, traces, changedAnswers, wrongRoutes, vectors) = (nil, [], [], [], nil)
      problem = "\(error)"
    }
  }

  /// The verdict that the samples give today, if it is the recorded one.
  var confirmed: Verdict? {
    guard let verdict, verdict.outcome == comparison.outcome, verdict.maturity.stage == comparison.verdict.stage else {
      return nil
    }
    return verdict
  }

  /// For programs: absent values are null, ratios are above 1 for a better candidate.
  public var json: JSONValue {
    [
      "comparison": comparison.json, "traces": .array(traces.map(\.json)), "problem": .init(problem),
      "verdict": comparison.document,
    ]
  }
}

extension EvidenceTrace {
  /// For programs: absent values and unbounded ends are null.
  public var json: JSONValue {
    [
      "metric": .string(metric.rawValue), "cell": .init(cells.count == 1 ? cells[0].rawValue : nil),
      "cells": .array(cells.map { .string($0.rawValue) }), "unit": .string(metric.unit),
      "direction": .string(metric.direction.rawValue),
      "rule": .string(isObjective ? "objective" : "guardrail"), "threshold": .init(threshold),
      "points": .array(points.map(\.json)),
    ]
  }
}

extension EvidenceTrace.Point {
  fileprivate var json: JSONValue {
    [
      "session": .string(session), "block": .integer(block), "resident": .init(pair?.resident),
      "candidate": .init(pair?.candidate), "better_ratio": .init(betterRatio), "void_reason": .init(voidReason),
      "ratio": .init(effect?.ratio), "lower": .init(effect?.interval.lower), "upper": .init(effect?.interval.upper),
    ]
  }
}
