import Envelopes
import Foundation
import Measurements
import Statistics

/// One request of each model for a cell, worked on in slices that took turns, and what their pairs of slices say.
///
/// The effect is the median over pairs of slices, because both slices of a pair meet the same moment of the machine, and a
/// moment that hits one of them alone is an outlier among many. A median also hides a model's own stalls; so it stands beside
/// ``Metric/totalTime``, the ratio of the sums over these requests, or over these and the whole ones of the block, and the
/// metrics of the tail, which count every stall and have guardrails. A phase with too few slices for a median has the ratio of
/// its sums. Where the envelope has a ``SliceLength/warmUpSeconds``, the tokens within it are in neither. (Duet benchmarking: L. Bulej et al., *Duet Benchmarking: Improving Measurement Accuracy in the Cloud*, ICPE 2020,
/// arXiv:2001.05811.)
struct SlicedRequests {
  let resident: ThroughputReading
  let candidate: ThroughputReading
  /// Of the whole requests in the same block, the resident's and the candidate's; nil if there are none.
  private let wholeNanoseconds: [Int64]?
  /// Tokens at the beginning of a slice that decodes which the effect leaves out.
  private let warmUpTokens: Int

  /// Pairs of slices from which on a median resists a single outlier on either side.
  private static let fewestPairs = 5

  /// Nil unless both requests are in slices of the same tokens.
  ///
  /// - Parameter slice: The envelope's, for the warm-up of slices.
  init?(
    resident: ThroughputReading, candidate: ThroughputReading, wholeNanoseconds: [Int64]? = nil, slice: SliceLength?
  ) {
    guard !resident.slices.isEmpty, resident.slices.count == candidate.slices.count,
      zip(resident.slices, candidate.slices).allSatisfy({ $0.phase == $1.phase && $0.tokens == $1.tokens })
    else { return nil }
    self.resident = resident
    self.candidate = candidate
    self.wholeNanoseconds = wholeNanoseconds?.count == Side.allCases.count ? wholeNanoseconds : nil
    let paces = [resident, candidate].compactMap(\.secondsPerToken)
    warmUpTokens = slice?.warmUpTokens(secondsPerToken: paces) ?? 0
  }

  /// Both sides' values in the metric's unit, whose ratio is the effect; nil if the requests do not define it.
  ///
  /// - Parameter requests: Those that total time is of.
  func pair(of metric: Metric, by requests: PromotionRule.Guardrail.Requests) -> MeasurementPair? {
    let (prefill, decode) = (seconds(of: .prefill), seconds(of: .decode))
    let sequences = Double(resident.sequences)
    func rate(_ tokens: Int, _ pair: MeasurementPair?) -> MeasurementPair? {
      guard tokens > 0, let pair, pair.resident > 0, pair.candidate > 0 else { return nil }
      let all = sequences * Double(tokens)
      return MeasurementPair(resident: all / pair.resident, candidate: all / pair.candidate)
    }
    switch metric {
    case .cumulativeTokensPerSecond:
      guard let prefill else { return nil }
      let both = MeasurementPair(
        resident: prefill.resident + (decode?.resident ?? 0), candidate: prefill.candidate + (decode?.candidate ?? 0))
      return rate(resident.promptTokens + resident.decodeTokens, both)
    case .prefillTokensPerSecond: return rate(resident.promptTokens - resident.cachedTokens, prefill)
    case .decodeTokensPerSecond: return rate(resident.decodeTokens - 1, decode)
    case .firstTokenLatency:
      return prefill.map { MeasurementPair(resident: $0.resident * 1000, candidate: $0.candidate * 1000) }
    case .totalTime: return totalTime(of: requests)
    default:
      guard let resident = resident.ratioValue(of: metric), let candidate = candidate.ratioValue(of: metric) else {
        return nil
      }
      return MeasurementPair(resident: resident, candidate: candidate)
    }
  }

  /// Of a request of each side, with every stall, in milliseconds: the mean of the one in slices and the whole one, or the
  /// former alone.
  private func totalTime(of requests: PromotionRule.Guardrail.Requests) -> MeasurementPair? {
    func sum(_ reading: ThroughputReading) -> Double { reading.slices.reduce(0) { $0 + Double($1.nanoseconds) } }
    let counted = requests == .all ? wholeNanoseconds : nil
    let (whole, count) = counted.map { ($0.map(Double.init), 2.0) } ?? ([0, 0], 1)
    return MeasurementPair(
      resident: (sum(resident) + whole[0]) / count * 1e-6, candidate: (sum(candidate) + whole[1]) / count * 1e-6)
  }

  /// What a phase takes each side when nothing disturbs it: the resident's usual time per token for all tokens, and that
  /// times the median ratio of the pairs. Nil without slices of the phase.
  private func seconds(of phase: Slice.Phase) -> MeasurementPair? {
    let tokens = resident.slices.reduce(0) { $0 + ($1.phase == phase ? $1.tokens : 0) }
    guard tokens > 0 else { return nil }
    let own = resident.countedSlices(of: phase, warmUpTokens: warmUpTokens)
    let others = candidate.countedSlices(of: phase, warmUpTokens: warmUpTokens)
    guard own.count >= Self.fewestPairs else {
      return MeasurementPair(resident: seconds(of: tokens, by: own), candidate: seconds(of: tokens, by: others))
    }
    let usual = Self.median(own.map { $0.nanoseconds / Double($0.tokens) }) * Double(tokens) * 1e-9
    let ratio = exp(Self.median(zip(own, others).map { $1.logRatio(to: $0) }))
    return MeasurementPair(resident: usual, candidate: usual * ratio)
  }

  /// At the mean pace of slices.
  private func seconds(of tokens: Int, by slices: [CountedSlice]) -> Double {
    let counted = slices.reduce(0) { $0 + $1.tokens }
    return slices.reduce(0) { $0 + $1.nanoseconds } * 1e-9 * (Double(tokens) / Double(counted))
  }

  private static func median(_ values: [Double]) -> Double { Descriptive.quantile(sorted: values.sorted(), 0.5) }
}
