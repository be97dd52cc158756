import Foundation
import NativeEngine
import Statistics

/// How far a model's distributions are from a reference's over the same text.
public struct Divergence: Sendable, Equatable {
  /// Scored tokens.
  public let tokens: Int
  /// Kullback-Leibler divergence from the reference to the model, in nats a token.
  public let mean: BlockMean
  public let median: Double
  public let percentile90: Double
  public let percentile99: Double
  public let percentile999: Double
  public let largest: Double
  /// The share of tokens where both models think the same one likeliest.
  public let agreement: Double
  /// The model's probability of the right token minus the reference's: a share.
  public let probabilityChange: BlockMean
  public let perplexity: Perplexity
  public let referencePerplexity: Perplexity

  /// - Parameters:
  ///   - reading: Of the model, with divergences.
  ///   - reference: The right tokens' log-probabilities by the reference.
  public init(_ reading: TextReading, reference: [Float]) {
    tokens = reading.divergences.count
    mean = BlockMean(reading.divergences)
    let sorted = reading.divergences.sorted()
    median = Self.quantile(0.5, of: sorted)
    percentile90 = Self.quantile(0.9, of: sorted)
    percentile99 = Self.quantile(0.99, of: sorted)
    percentile999 = Self.quantile(0.999, of: sorted)
    largest = sorted.last ?? 0
    agreement = Double(reading.agreements.filter { $0 }.count) / Double(max(reading.agreements.count, 1))
    probabilityChange = BlockMean(
      zip(reading.logProbabilities, reference).map { exp(Double($0)) - exp(Double($1)) })
    perplexity = reading.perplexity
    referencePerplexity = Perplexity(logProbabilities: reference)
  }

  /// Interpolated between order statistics (type 7 of Hyndman and Fan 1996).
  private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
    guard let last = sorted.last else { return 0 }
    let position = share * Double(sorted.count - 1)
    let index = Int(position)
    guard index + 1 < sorted.count else { return last }
    return sorted[index] + (position - Double(index)) * (sorted[index + 1] - sorted[index])
  }
}
