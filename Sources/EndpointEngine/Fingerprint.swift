import Foundation
import JSON
import NativeEngine

/// How well a server's continuations fit the weights of a folder, by the native engine's figures.
public struct Fingerprint: Sendable, Equatable {
  /// How many tokens were compared.
  public let tokens: Int
  /// The mean of how much less probable the server's tokens are than the folder's own choice, in nats: 0 if the server
  /// always chooses the likeliest token.
  public let meanRegret: Double
  /// The mean absolute difference of the log-probabilities, in nats; nil if the server reports none.
  public let meanDifference: Double?

  /// The difference that rounding explains, in nats. Engines of the same weights were seen to differ by at most 0.03,
  /// lanes of one model by 0.1 and more: see docs/engines.md.
  public static let tolerance = 0.06
  /// The same for the regret.
  public static let regretTolerance = 0.02

  /// Fewer prove nothing: every lane of a model is sure of some tokens. This is half of what is asked for, since a text
  /// may end by itself.
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

/// How a server continued a prompt at temperature 0, and how sure it was.
struct FingerprintReading: Equatable {
  let prompt: [Int32]
  let tokens: [Int32]
  /// Natural logarithms, one per token; nil if the server reports none.
  let logProbabilities: [Double]?

  /// Texts of several kinds, so that lanes have room to differ: facts, prose, code, numbers, lists.
  static let texts = [
    "The capital of France is", "Once upon a time, in a village by the sea, there lived",
    "def fibonacci(n):\n    if n < 2:\n        return", "The three states of matter are solid,",
    "Dear Sir or Madam,\n\nI am writing to", "1, 1, 2, 3, 5, 8,", "To make a cup of tea, first",
    "The main difference between a lake and a river is that",
  ]

  /// The length of each continuation in tokens.
  static let length = 12

  /// Asks a server to continue a text.
  ///
  /// - Throws: `EndpointError`.
  init(
    of text: String, length: Int = Self.length, at endpoint: Endpoint, by folder: ClaimedFolder, within seconds: Double
  ) throws {
    prompt = folder.tokens(of: text)
    var request = CompletionRequest(prompt: .text(text), maximumTokens: length)
    request.logProbabilities = 1
    let choice = try endpoint.answer(request, within: seconds)["choices"]?.array?.first
    guard let choice, let continuation = choice["text"]?.string else {
      throw EndpointError.malformed("an answer without choices and text")
    }
    let content = choice["logprobs"]?["content"]?.array ?? []
    let scores =
      content.isEmpty
      ? choice["logprobs"]?["token_logprobs"]?.array?.compactMap(\.number) ?? []
      : content.compactMap { $0["logprob"]?.number }
    let ids = content.compactMap { $0["id"]?.integer.flatMap(Int32.init(exactly:)) }
    tokens = ids.count == scores.count && !ids.isEmpty ? ids : folder.tokens(of: continuation)
    logProbabilities = scores.count == tokens.count && !scores.isEmpty ? scores : nil
  }

  init(prompt: [Int32], tokens: [Int32], logProbabilities: [Double]?) {
    (self.prompt, self.tokens, self.logProbabilities) = (prompt, tokens, logProbabilities)
  }

  /// Whether a later reading of the same prompt is of the same weights.
  ///
  /// Up to the first token in which the two differ, and including it, the chosen tokens must be about as probable. Without
  /// log-probabilities, the shorter one must be the start of the other.
  func agrees(with later: FingerprintReading) -> Bool {
    let common = zip(tokens, later.tokens).prefix { $0 == $1 }.count
    guard let own = logProbabilities, let others = later.logProbabilities else {
      return common > 0 && common == min(tokens.count, later.tokens.count)
    }
    let compared = zip(own, others).prefix(common + 1).map { abs($0 - $1) }
    return !compared.isEmpty && compared.reduce(0, +) / Double(compared.count) <= Fingerprint.tolerance
  }
}
