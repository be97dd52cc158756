import JSON
import Measurements
import Store
import Verdicts

/// One comparison with the evidence of every block.
public struct ComparisonDetail: Sendable, Equatable {
  public let comparison: Report.Comparison
  /// One for each rule about a ratio; empty where the samples cannot be judged any more, as `problem` says.
  public let traces: [EvidenceTrace]
  /// Why there are no traces; nil where there are.
  public let problem: String?

  /// - Parameter envelopes: Keeps what it has read, for the next comparison.
  /// - Throws: `StoreError` where the comparison or its samples can't be read.
  /// - Complexity: O(*n*) in the samples of the comparison's blocks, and of those that it adds to.
  public init(
    _ comparison: Report.Comparison, in store: MeasurementStore, _ envelopes: EnvelopeReader = EnvelopeReader()
  ) throws(StoreError) {
    self.comparison = comparison
    let evidence = try store.evidence(comparison.number, .blocks)
    let earlier = try store.earlierEvidence(of: comparison.number)
    do {
      traces = try evidenceTraces(
        in: evidence, under: try envelopes.envelope(of: evidence), after: earlier.filter(evidence.continues))
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
      "verdict": comparison.verdict,
    ]
  }
}
