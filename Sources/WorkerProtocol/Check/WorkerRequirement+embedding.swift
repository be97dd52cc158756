import JSON

extension WorkerRequirement {
  /// Vectors of texts.
  static let embedding = [
    WorkerRequirement(
      name: "embed", text: "Texts have one vector each, as long as load said, with the length 1 if it said so."
    ) { worker in
      let conversation = try await worker.loaded()
      let facts = try await facts(of: worker)
      let reply = try await embed(texts, conversation)
      for vector in reply.vectors {
        try demand(vector.count == facts.dimension, "a vector has \(vector.count) numbers, not \(facts.dimension)")
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        try demand(!facts.isNormalized || abs(length - 1) < 1e-3, "a vector has the length \(length), not 1")
      }
      try demand(
        reply.tokens.allSatisfy { $0 <= facts.maximumTokens }, "a text has more tokens than maximum_tokens")
      try demand(
        zip(reply.tokens, reply.cutTokens).allSatisfy { $0 == facts.maximumTokens || $1 == 0 },
        "a text that has room is said to be cut")
    },
    WorkerRequirement(
      name: "embed-ragged", text: "A text has the same vector alone and among texts of other lengths."
    ) { worker in
      let conversation = try await worker.loaded()
      _ = try await facts(of: worker)
      let together = try await embed(texts, conversation)
      for (index, text) in texts.enumerated() {
        let alone = try await embed([text], conversation)
        let cosine = cosine(alone.vectors[0], together.vectors[index])
        try demand(cosine > 0.9999, "the vector alone has a cosine of \(cosine) to that among other texts")
      }
      let other = cosine(together.vectors[0], together.vectors[1])
      try demand(other < 0.9999, "texts that differ have the same vector")
    },
    WorkerRequirement(
      name: "embed-cut", text: "A text that is too long is read as far as there is room, and the rest is counted."
    ) { worker in
      let conversation = try await worker.loaded()
      let facts = try await facts(of: worker)
      let text = String(repeating: "word ", count: facts.maximumTokens + 100)
      let reply = try await embed([text], conversation)
      try demand(
        reply.tokens[0] == facts.maximumTokens, "\(reply.tokens[0]) tokens were read of a text that is too long")
      try demand(reply.cutTokens[0] > 0, "no tokens are said to be cut")
    },
    WorkerRequirement(
      name: "embed-refused",
      text: "No texts, a prompt that the model does not have and impossible dimensions are refused."
    ) { worker in
      let conversation = try await worker.loaded()
      let facts = try await facts(of: worker)
      for members: [(String, JSONValue)] in [
        [], [("texts", [])], [("texts", "a")], [("texts", [1])], [("texts", ["a"]), ("prompt", "no such prompt")],
        [("texts", ["a"]), ("dimensions", 0)], [("texts", ["a"]), ("dimensions", .integer(facts.dimension + 1))],
      ] { try await conversation.refusal(JSONObject([("op", "embed")] + members)) }
    },
  ]

  private static let texts = [
    "Book a table for two.", "What is the weather like in Lisbon on the day after tomorrow, in the morning?", "Hi",
  ]

  /// - Throws: `Unsupported` if the worker offers no vectors, `Violation` if it says nothing that can be read.
  private static func facts(of worker: CheckedWorker) async throws -> EmbeddingFacts {
    guard let json = await worker.embedding, json != .null else {
      throw Unsupported(description: "its answer to load has no embedding")
    }
    guard let facts = EmbeddingFacts(json: json) else {
      throw Violation("embedding lacks dimension, normalized, maximum_tokens or prompts: \(json.serialized())")
    }
    return facts
  }

  private static func embed(_ texts: [String], _ conversation: WorkerConversation) async throws -> EmbedReply {
    let result = try await conversation.result(WorkerRequest.embed(EmbedOptions(texts: texts)).json)
    guard let reply = EmbedReply(json: result, count: texts.count) else {
      throw Violation("the result has not one vector, token count and cut count per text, and elapsed_ns")
    }
    return reply
  }

  private static func cosine(_ one: [Float], _ other: [Float]) -> Float {
    func product(_ one: [Float], _ other: [Float]) -> Float { zip(one, other).reduce(0) { $0 + $1.0 * $1.1 } }
    return product(one, other) / (product(one, one) * product(other, other)).squareRoot()
  }
}
