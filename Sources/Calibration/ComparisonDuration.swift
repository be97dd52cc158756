import Envelopes
import Measurements
import Statistics

/// How long a comparison takes on a host, by what a stored one took.
public struct ComparisonDuration: Sendable, Equatable {
  /// What says so.
  public enum Source: String, Sendable {
    /// The rounds of a comparison under this envelope.
    case rounds
    /// The loads and the times per token of a comparison under another envelope.
    case tokens
  }

  public let source: Source
  /// Of the stored comparison.
  public let resident: ModelID
  public let candidate: ModelID
  /// Seconds of a round: a load and all requests of both models.
  public let roundSeconds: Double
  /// Seconds of all that comes before the rounds, such as answers and texts, for both models; nil if another envelope
  /// says how long a round takes.
  public let otherSeconds: Double?

  /// By the first of the comparisons under the envelope, else by the first that has times per token; nil if none has.
  init?(of envelope: Envelope, from comparisons: [Evidence]) {
    let own = comparisons.filter { $0.session.envelopeHash == envelope.hash }
    let others = comparisons.filter { $0.session.envelopeHash != envelope.hash }
    let duration =
      own.lazy.compactMap { Self(roundsOf: $0, envelope) }.first
      ?? others.lazy.compactMap { Self(tokensOf: $0, envelope) }.first
    guard let duration else { return nil }
    self = duration
  }

  /// By the median time from the start of a round to that of the next, loads and hashing included.
  private init?(roundsOf evidence: Evidence, _ envelope: Envelope) {
    let cells = Set(
      envelope.throughput.map(\.id) + envelope.toolLoops.filter { $0.mode == .replay }.map(\.id)
        + envelope.embedding.map(\.id))
    let samples = evidence.residentSamples + evidence.candidateSamples
    let rounds = Dictionary(grouping: samples.filter { cells.contains($0.place.cell) }, by: \.place.block)
    // By the wall clock, since nothing else is stored of it: the median leaves out its jumps, and pauses of the session.
    let starts = rounds.values.compactMap { $0.map(\.startedAt).min() }.sorted()
    let gaps = zip(starts.dropFirst(), starts).map { $0 - $1 }
    guard let median = try? Descriptive.median(gaps), median > 0 else { return nil }
    source = .rounds
    resident = evidence.resident.model
    candidate = evidence.candidate.model
    roundSeconds = median
    otherSeconds =
      samples.filter { !cells.contains($0.place.cell) }.reduce(0) { $0 + Double($1.elapsedNanoseconds) * 1e-9 }
  }

  /// By the median times per token: a round has two requests of each model for each cell.
  private init?(tokensOf evidence: Evidence, _ envelope: Envelope) {
    var seconds = 0.0
    for side in Side.allCases {
      let readings = evidence.samples(of: side).compactMap(\.throughput)
      let loads = evidence.loads(of: side).map { $0.load.loadSeconds + $0.load.readinessSeconds }
      guard let prefill = try? Descriptive.median(readings.compactMap(\.prefillTokensPerSecond)),
        let decode = try? Descriptive.median(readings.compactMap(\.decodeTokensPerSecond)),
        let load = try? Descriptive.median(loads)
      else { return nil }
      seconds += load
      for cell in envelope.throughput {
        let request = Double(cell.promptTokens) / prefill + Double(cell.decodeTokens - 1) / decode
        seconds += 2 * Double(cell.concurrency) * request
      }
    }
    source = .tokens
    resident = evidence.resident.model
    candidate = evidence.candidate.model
    roundSeconds = seconds
    otherSeconds = nil
  }
}
