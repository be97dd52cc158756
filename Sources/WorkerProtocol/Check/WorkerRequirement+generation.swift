import JSON

extension WorkerRequirement {
  /// Tokens, times and scores.
  static let generation = [
    WorkerRequirement(
      name: "tokenize", text: "A text has the same tokens each time, none are added, and the empty text has none."
    ) { worker in
      let conversation = try await worker.loaded()
      let one = try await tokens(of: "One two three.", conversation)
      try demand(!one.isEmpty, "the text has no tokens")
      try demand(try await tokens(of: "One two three.", conversation) == one, "the tokens differ from those before")
      try demand(try await tokens(of: "", conversation).isEmpty, "the empty text has tokens")
    },
    WorkerRequirement(
      name: "fixed-length", text: "Without stop_at_end a generation has exactly max_tokens tokens, each with its time."
    ) { worker in
      let conversation = try await worker.loaded()
      let prompt = try await prompt(conversation)
      let result = try await conversation.result(request(prompt, length: 3))
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
    WorkerRequirement(
      name: "greedy", text: "At temperature 0 the same prompt has the same continuation."
    ) { worker in
      let conversation = try await worker.loaded()
      let prompt = try await prompt(conversation)
      let one = try await conversation.result(request(prompt, length: 2))["text"]
      try demand(try await conversation.result(request(prompt, length: 2))["text"] == one, "the continuations differ")
    },
    WorkerRequirement(
      name: "prefix",
      text:
        "With reuse_prefix cached_tokens counts what was in the cache, less than the prompt; the text stays the same."
    ) { worker in
      let conversation = try await worker.loaded()
      let prompt = try await prompt(conversation)
      let alone = try await conversation.result(request(prompt + prompt, length: 2))
      _ = try await conversation.result(request(prompt, length: 1))
      let reused = try await conversation.result(request(prompt + prompt, length: 2, [("reuse_prefix", true)]))
      let cached = reused["cached_tokens"]?.integer ?? -1
      try demand((0..<2 * prompt.count).contains(cached), "cached_tokens is \(cached) of \(2 * prompt.count)")
      try demand(reused["text"] == alone["text"], "the text differs from that without reuse")
    },
    WorkerRequirement(
      name: "score", text: "A score is a natural log-probability per token, and the model's own choice scores no worse."
    ) { worker in
      let conversation = try await worker.loaded()
      let prompt = try await prompt(conversation)
      let first = try await conversation.result(request(prompt, length: 1))["tokens"]?.tokens ?? []
      let own = try await scores(of: first, after: prompt, conversation)
      let other = try await scores(of: [prompt[0]], after: prompt, conversation)
      try demand(own.count == 1 && own[0] <= 0 && own[0].isFinite, "the score \(own) is no log-probability")
      try demand(other.count == 1 && other[0] <= own[0] + 0.1, "another token scores \(other), the model's own \(own)")
      let two = try await scores(of: prompt, after: prompt, conversation)
      try demand(two.count == prompt.count, "\(two.count) scores for \(prompt.count) tokens")
    },
    WorkerRequirement(
      name: "batches", text: "A batch has the scores of each continuation alone, in the order of the request."
    ) { worker in
      let conversation = try await worker.loaded()
      guard await worker.offersBatches else { throw Unsupported(description: "its answer to load offers no batches") }
      let prompt = try await prompt(conversation)
      let items = [
        ScoreItem(prompt: prompt, continuations: [prompt, [prompt[0]]]),
        ScoreItem(prompt: [prompt[0]], continuations: [Array(prompt.dropFirst())]),
      ]
      let result = try await conversation.result(WorkerRequest.scoreBatch(items).json)
      let batch = result["log_probabilities"]?.array ?? []
      let counts = batch.compactMap { $0.array?.count }
      try demand(counts == items.map(\.continuations.count), "there is not one list of scores per continuation")
      for (item, scored) in zip(items, batch) {
        for (continuation, values) in zip(item.continuations, scored.array ?? []) {
          let values = values.array?.compactMap(\.number) ?? []
          let alone = try await scores(of: continuation, after: item.prompt, conversation)
          try demand(
            values.count == alone.count && zip(values, alone).allSatisfy { abs($0 - $1) < 0.1 },
            "the batch has \(values) where the continuation alone has \(alone)")
        }
      }
      for items: [ScoreItem] in [
        [], [ScoreItem(prompt: prompt, continuations: [[]])], [ScoreItem(prompt: [], continuations: [prompt])],
      ] { try await conversation.refusal(WorkerRequest.scoreBatch(items).json) }
    },
    WorkerRequirement(
      name: "chat", text: "A conversation becomes tokens through the model's chat template."
    ) { worker in
      let message: JSONValue = ["role": "user", "content": "Hi"]
      let answer = try await worker.loaded().ask(JSONObject([("op", "chat"), ("messages", [message])]))
      if let error = answer.error { throw Unsupported(description: error) }
      try demand(!(answer.object["result"]?["tokens"]?.tokens ?? []).isEmpty, "the conversation has no tokens")
    },
  ]

  static func prompt(_ conversation: WorkerConversation) async throws -> [Int32] {
    try await tokens(of: "The capital of France is", conversation)
  }

  static func request(
    _ prompt: [Int32], length: Int, _ more: [(String, JSONValue)] = [], operation: String = "generate"
  ) -> JSONObject {
    JSONObject(
      [("op", .string(operation)), ("prompt", .tokens(prompt)), ("max_tokens", .integer(length))] + more)
  }

  private static func tokens(of text: String, _ conversation: WorkerConversation) async throws -> [Int32] {
    let result = try await conversation.result(JSONObject([("op", "tokenize"), ("text", .string(text))]))
    guard let tokens = result["tokens"]?.tokens else { throw Violation("tokens is not an array of ids") }
    return tokens
  }

  private static func scores(
    of continuation: [Int32], after prompt: [Int32], _ conversation: WorkerConversation
  ) async throws -> [Double] {
    let request = JSONObject([
      ("op", "score"), ("prompt", .tokens(prompt)), ("continuation", .tokens(continuation)),
    ])
    return try await conversation.result(request)["log_probabilities"]?.array?.compactMap(\.number) ?? []
  }
}
