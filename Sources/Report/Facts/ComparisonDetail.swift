import Envelopes
import JSON
import Measurements
import Platform
import Store
import Verdicts

/// One comparison with the evidence of every block.
public struct ComparisonDetail: Sendable, Equatable {
  public let comparison: Report.Comparison
  /// One per rule about a ratio; empty if the samples can't be judged any more, as `problem` says.
  public let traces: [EvidenceTrace]
  /// Why there are no traces; nil if the samples could be judged.
  public let problem: String?

  /// Reads and judges the comparison's samples.
  ///
  /// - Parameters:
  ///   - admission: The imports that count.
  ///   - envelopes: Envelopes that were read before; callers with more comparisons pass the same value each time.
  /// - Throws: `StoreError` if the comparison or its samples can't be read.
  /// - Complexity: O(*n*) in the samples of the comparison and of the earlier ones that it continues.
  public init(
    _ comparison: Report.Comparison, in store: MeasurementStore, admitting admission: ImportAdmission = .none,
    _ envelopes: RecentValues<EnvelopeHash, Envelope> = RecentValues(limit: 1)
  ) throws(StoreError) {
    self.comparison = comparison
    let inputs: VerdictInputs
    do throws(StoreError) {
      inputs = try store.verdictInputs(of: comparison.number, .blocks, admitting: admission)
    } catch {
      // One comparison without its samples must not hide the others.
      if case .file = error { throw error }
      (traces, problem) = ([], error.description)
      return
    }
    do {
      let envelope = try envelopes.value(of: inputs.evidence.session.envelopeHash) { () throws(EnvelopeError) in
        try Envelope(source: inputs.evidence.envelope)
      }
      traces = try Judge(inputs, under: envelope).traces()
      problem = nil
    } catch {
      traces = []
      problem = "\(error)"
    }
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
