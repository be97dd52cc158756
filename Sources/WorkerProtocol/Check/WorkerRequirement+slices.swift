import JSON

extension WorkerRequirement {
  /// Requests that are worked on in slices.
  static let slicing = [
    WorkerRequirement(
      name: "slices", text: "A request in slices has the tokens of generate, and each slice counts and times its own."
    ) { worker in
      let conversation = try await sliced(worker)
      let prompt = try await prompt(conversation)
      let whole = try await conversation.result(request(prompt, length: 5))
      for size in [1, 3, 1000] {
        let begun = try await conversation.result(request(prompt, length: 5, operation: "begin"))
        try demand(begun["prompt_tokens"]?.integer == prompt.count, "prompt_tokens is not \(prompt.count)")
        try demand(begun["cached_tokens"] == 0, "cached_tokens is not 0")
        var progress = SlicedProgress(promptTokens: prompt.count, maximumTokens: 5)
        while !progress.isFinished {
          try progress.take(try await conversation.result(advance(size)), size: size)
        }
        try demand(progress.tokens == whole["tokens"]?.tokens, "slices of \(size) have other tokens than generate")
      }
    },
    WorkerRequirement(
      name: "advance", text: "Without a request that was begun and goes on, advance is refused."
    ) { worker in
      let conversation = try await sliced(worker)
      let prompt = try await prompt(conversation)
      let begin = request(prompt, length: 1, operation: "begin")
      // What the worker was asked before is not known.
      _ = try await conversation.result(request(prompt, length: 1))
      try await conversation.refusal(advance(1))
      _ = try await conversation.result(begin)
      try await conversation.refusal(advance(0))
      _ = try await conversation.result(advance(prompt.count))
      try await conversation.refusal(advance(1))
      _ = try await conversation.result(begin)
      _ = try await conversation.result(request(prompt, length: 1))
      try await conversation.refusal(advance(1))
    },
  ]

  /// A conversation with a worker that offers slices.
  private static func sliced(_ worker: CheckedWorker) async throws -> WorkerConversation {
    let conversation = try await worker.loaded()
    guard await worker.offersSlices else { throw Unsupported(description: "its answer to load offers no slices") }
    return conversation
  }

  private static func advance(_ tokens: Int) -> JSONObject {
    JSONObject([("op", "advance"), ("tokens", .integer(tokens))])
  }
}

/// What is known of a request in slices, from slice to slice.
private struct SlicedProgress {
  let promptTokens: Int
  let maximumTokens: Int
  private var processed = 0
  private(set) var tokens: [Int32] = []
  private(set) var isFinished = false

  init(promptTokens: Int, maximumTokens: Int) {
    self.promptTokens = promptTokens
    self.maximumTokens = maximumTokens
  }

  /// Takes the answer to `advance`, whose slice was to have at most `size` tokens.
  mutating func take(_ slice: JSONObject, size: Int) throws {
    let isPrompt = processed < promptTokens
    let expected = min(size, isPrompt ? promptTokens - processed : maximumTokens - tokens.count)
    try demand(slice["phase"] == .string(isPrompt ? "prefill" : "decode"), "phase is \(Self.text(slice["phase"]))")
    try demand(
      slice["processed"]?.integer == expected, "processed is \(Self.text(slice["processed"])), not \(expected)")
    if isPrompt { processed += expected }
    let coming = !isPrompt ? expected : processed == promptTokens ? 1 : 0
    guard let came = slice["tokens"]?.tokens, came.count == coming else {
      throw Violation("tokens is \(Self.text(slice["tokens"])), not \(coming) ids")
    }
    tokens += came
    let times = slice["token_ns"]?.array?.compactMap(\.integer) ?? []
    try demand(times.count == coming && times == times.sorted(), "token_ns is not \(coming) ascending times")
    let elapsed = slice["elapsed_ns"]?.integer ?? 0
    try demand(elapsed > 0 && times.allSatisfy { (1...elapsed).contains($0) }, "a token's time is outside its slice")
    for name in ["processor_ns", "involuntary_switches"] {
      try demand(slice[name].map { ($0.integer ?? -1) >= 0 } ?? true, "\(name) is negative or no integer")
    }
    isFinished = tokens.count == maximumTokens
    try demand(slice["finished"] == .bool(isFinished), "finished is not \(isFinished)")
  }

  private static func text(_ value: JSONValue?) -> String { value?.serialized() ?? "missing" }
}
