import Foundation
import JSON
import NativeEngine
import Statistics

/// The perplexity of a text: e to the mean negative log-probability of its tokens.
public struct Perplexity: Sendable, Equatable {
  /// Scored tokens.
  public let tokens: Int
  /// In nats per token.
  public let negativeLogProbability: BlockMean

  public init(logProbabilities: [Float]) {
    tokens = logProbabilities.count
    negativeLogProbability = BlockMean(logProbabilities.map { -Double($0) })
  }

  public var value: Double { exp(negativeLogProbability.mean) }

  /// To first order: the value times the standard error of the mean logarithm.
  public var standardError: Double { value * negativeLogProbability.standardError }

  public var json: JSONValue {
    [
      "value": .number(value), "standard_error": .number(standardError), "tokens": .integer(tokens),
      "mean_negative_log_probability": .number(negativeLogProbability.mean),
    ]
  }

  public var text: String { String(format: "%.4f ± %.4f", value, standardError) }
}

extension TextReading {
  public var perplexity: Perplexity { Perplexity(logProbabilities: logProbabilities) }
}

extension BlockMean {
  public var json: JSONValue { ["mean": .number(mean), "standard_error": .number(standardError)] }
}
