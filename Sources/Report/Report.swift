import JSON
import Store

/// The comparisons of a store as their last recorded verdicts tell of them, newest first.
public struct Report: Sendable, Equatable {
  /// The recorded verdict on one comparison.
  public struct Comparison: Sendable, Equatable {
    public let number: SessionNumber
    /// When the verdict was recorded, in seconds since 1970.
    public let recordedAt: Double
    /// Such as `promote`.
    public let outcome: String
    /// The verdict's document, as `resident promote --json` prints it.
    public let verdict: JSONValue

    public init(_ record: VerdictRecord) {
      number = record.session
      recordedAt = record.recordedAt
      outcome = record.outcome
      verdict = record.verdict
    }
  }

  public let comparisons: [Comparison]

  init(comparisons: [Comparison]) { self.comparisons = comparisons }

  /// - Parameter records: In the order of recording; the last of each session counts.
  public init(_ records: [VerdictRecord]) {
    let latest = Dictionary(records.map { ($0.session, $0) }, uniquingKeysWith: { $1 })
    comparisons = latest.values.sorted { $0.session.rawValue > $1.session.rawValue }.map(Comparison.init)
  }
}
