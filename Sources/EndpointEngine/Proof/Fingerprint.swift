import Foundation
import NativeEngine

/// How well a server's continuations fit the weights of a folder, as the native engine computes them.
public struct Fingerprint: Sendable, Equatable {
  /// Tokens that were compared.
  public let tokens: Int
  /// The mean of how much less probable the server's tokens are than the folder's own choice, in nats: 0 where the
  /// server always takes the likeliest token.
  public let meanRegret: Double
  /// The mean absolute difference of the log-probabilities, in nats; nil where the server gives none.
  public let meanDifference: Double?

  /// What rounding explains, in nats. Engines of the same weights were seen to differ by at most 0.03, lanes of one model
  /// by 0.1 and more: see docs/engines.md.
  public static let tolerance = 0.06
  /// The same for the regret.
  public static let regretTolerance = 0.02

  /// The least that proves anything: any lane of a model knows a few tokens for sure. Half of what is asked for, since a
  /// text may end by itself.
  static let leastTokens = FingerprintReading.texts.count * FingerprintReading.length / 2

  /// Whether these are the folder's weights.
  public var agrees: Bool {
    tokens >= Self.leastTokens && meanRegret <= Self.regretTolerance && (meanDifference ?? 0) <= Self.tolerance
  }

  public var description: String {
    let difference = meanDifference.map { String(format: ", log-probabilities differ by %.4f nats", $0) } ?? ""
    return String(format: "%d tokens, regret %.4f nats", tokens, meanRegret) + difference
  }

  /// - Throws: `EngineError`.
  init(of readings: [FingerprintReading], by session: Session) throws {
    var (count, regret, difference, scored) = (0, 0.0, 0.0, 0)
    for reading in readings where !reading.tokens.isEmpty && !reading.prompt.isEmpty {
      let sequence = reading.prompt + reading.tokens
      try session.distributions(of: sequence) { first, distributions in
        let likeliest = distributions.likeliest()
        for token in 0..<distributions.count {
          let index = first + token + 1 - reading.prompt.count
          guard reading.tokens.indices.contains(index) else { continue }
          let own = Double(distributions.logProbability(of: Int(reading.tokens[index]), after: token))
          count += 1
          regret += Double(distributions.logProbability(of: Int(likeliest[token]), after: token)) - own
          if let theirs = reading.logProbabilities {
            difference += abs(theirs[index] - own)
            scored += 1
          }
        }
      }
    }
    tokens = count
    meanRegret = count > 0 ? regret / Double(count) : .infinity
    meanDifference = scored > 0 ? difference / Double(scored) : nil
  }
}
