import Foundation
import JSON
import NativeEngine
import Statistics

/// How far a model's distributions are from a reference's over the same text.
public struct Divergence: Sendable, Equatable {
  /// Scored tokens.
  public let tokens: Int
  /// Kullback-Leibler divergence from the reference to the model, in nats per token.
  public let mean: BlockMean
  public let median: Double
  public let percentile90: Double
  public let percentile99: Double
  public let percentile999: Double
  public let largest: Double
  /// Top-1 agreement: the share of tokens for which both models have the same argmax.
  public let agreement: Double
  /// The model's probability of the right token minus the reference's: a share.
  public let probabilityChange: BlockMean
  public let perplexity: Perplexity
  public let referencePerplexity: Perplexity

  /// - Parameters:
  ///   - reading: What the model made of the text, with divergences.
  ///   - reference: The right tokens' log-probabilities under the reference.
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

/// Output for programs and for people.
extension Divergence {
  public var json: JSONValue {
    [
      "tokens": .integer(tokens),
      "kl_nats": [
        "mean": .number(mean.mean), "standard_error": .number(mean.standardError), "median": .number(median),
        "p90": .number(percentile90), "p99": .number(percentile99), "p99_9": .number(percentile999),
        "max": .number(largest),
      ],
      "top1_agreement": .number(agreement),
      "right_token_probability_change": probabilityChange.json,
      "perplexity": perplexity.json, "reference_perplexity": referencePerplexity.json,
    ]
  }

  /// One line per figure, for people.
  public var text: String {
    let lines = [
      ("KL divergence", Self.format("%.5f ± %.5f nats per token", mean.mean, mean.standardError)),
      ("  median", Self.format("%.5f nats", median)),
      (
        "  90th, 99th, 99.9th percentile",
        Self.format("%.4f, %.4f, %.4f nats", percentile90, percentile99, percentile999)
      ),
      ("  largest", Self.format("%.4f nats", largest)),
      ("top-1 agreement", Self.format("%.2f %%", agreement * 100)),
      (
        "right token's probability",
        Self.format(
          "%+.3f ± %.3f percentage points", probabilityChange.mean * 100, probabilityChange.standardError * 100)
      ),
      ("perplexity", perplexity.text), ("  of the reference", referencePerplexity.text),
      ("tokens", "\(tokens)"),
    ]
    return lines.map { $0.padding(toLength: 32, withPad: " ", startingAt: 0) + $1 }.joined(separator: "\n")
  }

  private static func format(_ pattern: String, _ values: Double...) -> String {
    String(format: pattern, arguments: values)
  }
}
