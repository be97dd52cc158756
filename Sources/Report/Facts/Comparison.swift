import Foundation
import JSON
import Measurements
import Store
import Verdicts

extension Report {
  /// The recorded verdict on one comparison.
  public struct Comparison: Sendable, Equatable {
    public let number: SessionNumber
    /// When the verdict was recorded, in seconds since 1970.
    public let recordedAt: Double
    public let verdict: RecordedVerdict
    /// The verdict as it was recorded, and as `resident promote --json` prints it.
    public let document: JSONValue
    /// Where the comparison comes from, and whether it was set aside.
    public let mark: SessionMark

    /// - Throws: `RecordedVerdict.Problem` for a document that this version does not read.
    public init(_ record: VerdictRecord, mark: SessionMark = SessionMark()) throws(RecordedVerdict.Problem) {
      number = record.session
      recordedAt = record.recordedAt
      verdict = try RecordedVerdict(record.verdict)
      document = record.verdict
      self.mark = mark
    }
  }
}

extension Report.Comparison {
  /// Objectives before guardrails, in the envelope's order.
  public var rules: [RuleFacts] { verdict.rules.map { RuleFacts($0, verdict.facts) } }

  /// Whether it takes part in decisions.
  func decides(_ admission: ImportAdmission) -> Bool {
    mark.decides(on: verdict.subject.host.fingerprint, admitting: admission)
  }

  public func model(_ side: Side) -> ModelID { verdict.contender(side).model }

  public var outcome: Verdict.Outcome { verdict.outcome }

  public var role: Role? { verdict.subject.role }

  /// The envelope's id.
  public var envelope: String { verdict.subject.envelopeID }

  /// When the verdict was recorded, as a day in UTC.
  public var recordedDay: String { recordedAt.day }

  /// For example `provisional, 2 of 4`, or `final, 3 comparisons` where fewer would do.
  public var maturity: String {
    let (validated, needed) = (verdict.validatedComparisons, verdict.neededComparisons)
    return "\(verdict.stage.rawValue), "
      + (validated > needed ? "\(validated) comparisons" : "\(validated) of \(needed)")
  }

  /// What the verdict lacks before it is final, in words; empty if nothing.
  public var lacks: [String] {
    guard verdict.stage != .final else { return [] }
    let obstacles = (verdict.refusals + verdict.gaps).map(\.message)
    let open = rules.filter { $0.rule.state == .guardrail(.unresolved) }
      .map { "\($0.row.title) leaves open whether it holds (\($0.row.effect), \($0.row.limit))" }
    // Documents come from other machines as well, with numbers of any size.
    let (missing, overflow) = verdict.neededComparisons.subtractingReportingOverflow(verdict.validatedComparisons)
    let more = overflow ? 0 : missing
    let comparisons =
      more > 0 ? ["\(more) more validated \(more == 1 ? "comparison" : "comparisons") of the same weights"] : []
    let classes = verdict.missingEnvironments.map { "a comparison measured \($0)" }
    return (outcome == .inconclusive ? obstacles + open : []) + comparisons + classes
  }

  /// The comparison as a row of the index, for programs.
  public var json: JSONValue {
    [
      "number": .integer(Int(number.rawValue)), "outcome": .string(outcome.rawValue), "role": .init(role?.rawValue),
      "candidate": .string(model(.candidate).rawValue), "resident": .string(model(.resident).rawValue),
      "envelope": .string(envelope), "environment_class": .string(verdict.subject.environment.rawValue),
      "recorded_at_s": .init(recordedAt), "maturity": .string(maturity), "lacks": .init(lacks),
      "reason": .string(verdict.reason), "rules": .array(rules.map(\.json)), "origin": mark.origin.json,
      "set_aside": mark.setAside?.json ?? .null,
    ]
  }
}

extension Double {
  /// These seconds since 1970 as a day in UTC; `unknown` outside of any calendar.
  var day: String {
    guard abs(self) < 1e11 else { return "unknown" }
    return Date(timeIntervalSince1970: self).formatted(.iso8601.year().month().day())
  }
}
