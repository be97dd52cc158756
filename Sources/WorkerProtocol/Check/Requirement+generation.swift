import JSON

extension Requirement {
  /// Tokens, times and scores.
  static let generation = [
    Requirement(
      name: "tokenize", text: "A text has the same tokens each time, none are added, and no text has none."
    ) { subject in
      let exchange = try await subject.loaded()
      let one = try await tokens(of: "One two three.", exchange)
      try demand(!one.isEmpty, "the text has no tokens")
      try demand(try await tokens(of: "One two three.", exchange) == one, "the tokens differ from those before")
      try demand(try await tokens(of: "", exchange).isEmpty, "no text has tokens")
    },
    Requirement(
      name: "fixed-length", text: "Without stop_at_end a generation has exactly max_tokens tokens, each with its time."
    ) { subject in
      let exchange = try await subject.loaded()
      let prompt = try await prompt(exchange)
      let result = try await exchange.result(request(prompt, length: 3))
      try demand(result["token_ns"]?.array?.count == 3, "token_ns has not 3 times")
      let times = result["token_ns"]?.array?.compactMap(\.integer) ?? []
      try demand(times.count == 3 && times[0] > 0 && times == times.sorted(), "token_ns does not ascend from above 0")
      try demand(result["tokens"]?.tokens?.count == 3, "tokens are not 3 ids")
      try demand(result["prompt_tokens"]?.integer == prompt.count, "prompt_tokens is not \(prompt.count)")
      let cached = result["cached_tokens"]?.integer ?? -1
      try demand((0..<prompt.count).contains(cached), "cached_tokens is \(cached) of \(prompt.count)")
      try demand(result["finish"] == "length", "finish is not \"length\"")
      try demand(result["text"]?.string != nil, "text is missing")
    },
    Requirement(
      name: "greedy", text: "At temperature 0 the same prompt has the same continuation."
    ) { subject in
      let exchange = try await subject.loaded()
      let prompt = try await prompt(exchange)
      let one = try await exchange.result(request(prompt, length: 2))["text"]
      try demand(try await exchange.result(request(prompt, length: 2))["text"] == one, "the continuations differ")
    },
    Requirement(
      name: "prefix",
      text:
        "With reuse_prefix cached_tokens counts what was in the cache, less than the prompt; the text stays the same."
    ) { subject in
      let exchange = try await subject.loaded()
      let prompt = try await prompt(exchange)
      let alone = try await exchange.result(request(prompt + prompt, length: 2))
      _ = try await exchange.result(request(prompt, length: 1))
      let reused = try await exchange.result(request(prompt + prompt, length: 2, [("reuse_prefix", true)]))
      let cached = reused["cached_tokens"]?.integer ?? -1
      try demand((0..<2 * prompt.count).contains(cached), "cached_tokens is \(cached) of \(2 * prompt.count)")
      try demand(reused["text"] == alone["text"], "the text differs from that without reuse")
    },
    Requirement(
      name: "score", text: "A score is a natural log-probability a token, and the model's own choice scores no worse."
    ) { subject in
      let exchange = try await subject.loaded()
      let prompt = try await prompt(exchange)
      let first = try await exchange.result(request(prompt, length: 1))["tokens"]?.tokens ?? []
      let own = try await scores(of: first, after: prompt, exchange)
      let other = try await scores(of: [prompt[0]], after: prompt, exchange)
      try demand(own.count == 1 && own[0] <= 0 && own[0].isFinite, "the score \(own) is no log-probability")
      try demand(other.count == 1 && other[0] <= own[0] + 0.1, "another token scores \(other), the model's own \(own)")
      let two = try await scores(of: prompt, after: prompt, exchange)
      try demand(two.count == prompt.count, "\(two.count) scores for \(prompt.count) tokens")
    },
    Requirement(
      name: "chat", text: "A conversation becomes tokens through the model's chat template."
    ) { subject in
      let message: JSONValue = ["role": "user", "content": "Hi"]
      let answer = try await subject.loaded().ask(JSONObject([("op", "chat"), ("messages", [message])]))
      if let error = answer.error { throw Unsupported(description: error) }
      try demand(!(answer.object["result"]?["tokens"]?.tokens ?? []).isEmpty, "the conversation has no tokens")
    },
  ]

  static func prompt(_ exchange: Exchange) async throws -> [Int32] {
    try await tokens(of: "The capital of France is", exchange)
  }

  static func request(_ prompt: [Int32], length: Int, _ more: [(String, JSONValue)] = []) -> JSONObject {
    JSONObject([("op", "generate"), ("prompt", .tokens(prompt)), ("max_tokens", .integer(length))] + more)
  }

  private static func tokens(of text: String, _ exchange: Exchange) async throws -> [Int32] {
    let result = try await exchange.result(JSONObject([("op", "tokenize"), ("text", .string(text))]))
    guard let tokens = result["tokens"]?.tokens else { throw Violation("tokens is not an array of ids") }
    return tokens
  }

  private static func scores(
    of continuation: [Int32], after prompt: [Int32], _ exchange: Exchange
  ) async throws -> [Double] {
    let request = JSONObject([
      ("op", "score"), ("prompt", .tokens(prompt)), ("continuation", .tokens(continuation)),
    ])
    return try await exchange.result(request)["log_probabilities"]?.array?.compactMap(\.number) ?? []
  }
}
