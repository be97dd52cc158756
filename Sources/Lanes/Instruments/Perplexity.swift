import Foundation
import NativeEngine
import Statistics

/// The perplexity of a text: e to the mean negative log-probability of its tokens.
public struct Perplexity: Sendable, Equatable {
  /// Scored tokens.
  public let tokens: Int
  /// In nats a token.
  public let negativeLogProbability: BlockMean

  public init(logProbabilities: [Float]) {
    tokens = logProbabilities.count
    negativeLogProbability = BlockMean(logProbabilities.map { -Double($0) })
  }

  public var value: Double { exp(negativeLogProbability.mean) }

  /// To first order: the value times the standard error of the mean logarithm.
  public var standardError: Double { value * negativeLogProbability.standardError }
}

extension TextReading {
  public var perplexity: Perplexity { Perplexity(logProbabilities: logProbabilities) }
}
