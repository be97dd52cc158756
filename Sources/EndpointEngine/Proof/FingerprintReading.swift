import JSON

/// What a server continued a prompt with at temperature 0, and how sure it was.
struct FingerprintReading: Equatable {
  let prompt: [Int32]
  let tokens: [Int32]
  /// Natural logarithms, one a token; nil where the server gives none.
  let logProbabilities: [Double]?

  /// Texts of several kinds, so that lanes have room to differ: facts, prose, code, numbers, lists.
  static let texts = [
    "The capital of France is", "Once upon a time, in a village by the sea, there lived",
    "def fibonacci(n):\n    if n < 2:\n        return", "The three states of matter are solid,",
    "Dear Sir or Madam,\n\nI am writing to", "1, 1, 2, 3, 5, 8,", "To make a cup of tea, first",
    "The main difference between a lake and a river is that",
  ]

  /// Tokens of each continuation.
  static let length = 12

  /// Asks a server.
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

  /// Whether a later reading of the same prompt is of the same weights: up to where the two part, and there too, the
  /// chosen tokens are about as probable; where there are no log-probabilities, that they begin alike.
  func agrees(with later: FingerprintReading) -> Bool {
    let common = zip(tokens, later.tokens).prefix { $0 == $1 }.count
    guard let own = logProbabilities, let others = later.logProbabilities else {
      return common > 0 && common == min(tokens.count, later.tokens.count)
    }
    let compared = zip(own, others).prefix(common + 1).map { abs($0 - $1) }
    return !compared.isEmpty && compared.reduce(0, +) / Double(compared.count) <= Fingerprint.tolerance
  }
}
