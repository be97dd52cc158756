import JSON
import Platform

extension WorkerRequirement {
  /// One line per message, whatever arrives.
  static let framing = [
    WorkerRequirement(
      name: "greeting", text: "The first line greets with protocol, engine and version."
    ) { worker in
      let hello = await (try worker.fresh()).greeting["hello"]
      try demand(
        hello?["protocol"] == .integer(WorkerProtocol.version), "the protocol is not \(WorkerProtocol.version)")
      for name in ["engine", "version"] {
        try demand(!(hello?[name]?.string ?? "").isEmpty, "\(name) is missing or empty")
      }
    },
    WorkerRequirement(
      name: "not-json", text: "The answer to a line that is no JSON object is an error whose id is null."
    ) { worker in
      let conversation = try await worker.fresh()
      for line in ["{\"id\": 1, \"op\"", "[1, 2]", "nonsense", ""] {
        await conversation.send(line)
        let answer = try await conversation.answer(to: .null)
        try demand(answer.error != nil, "\"\(line)\" should have been an error")
      }
    },
    WorkerRequirement(
      name: "pieces", text: "A request may come in pieces, and several at once; answers come in their order."
    ) { worker in
      let conversation = try await worker.loaded()
      let lines = (101...103).map {
        WorkerConversation.line(JSONObject([("op", "tokenize"), ("text", "naïve ✓")]), id: .integer($0)) + "\n"
      }
      let bytes = Array(lines.joined().utf8)
      for start in stride(from: 0, to: bytes.count, by: 7) {
        await conversation.send(bytes: Array(bytes[start..<min(start + 7, bytes.count)]))
      }
      for id in 101...103 { _ = try await conversation.answer(to: .integer(id)) }
    },
    WorkerRequirement(
      name: "long-line", text: "A request of a megabyte is answered."
    ) { worker in
      let text = String(repeating: "word ", count: 200_000)
      let result = try await worker.loaded().result(JSONObject([("op", "tokenize"), ("text", .string(text))]))
      try demand((result["tokens"]?.tokens?.count ?? 0) > 1_000, "tokens are missing")
    },
  ]

  /// What may be asked at which point, and what is refused.
  static let order = [
    WorkerRequirement(
      name: "load-first", text: "Before load every other operation is refused, and the worker lives on."
    ) { worker in
      let conversation = try await worker.fresh()
      try await conversation.refusal(JSONObject([("op", "provenance")]))
      try await conversation.refusal(JSONObject([("op", "tokenize"), ("text", "a")]))
      try await conversation.refusal(JSONObject([("op", "generate"), ("prompt", [1]), ("max_tokens", 1)]))
    },
    WorkerRequirement(
      name: "load-refused", text: "A model that cannot be loaded is an error, after which another one can be loaded."
    ) { worker in
      let conversation = try await worker.fresh()
      try await conversation.refusal(JSONObject([("op", "load"), ("model", "/there/is/no/such/folder")]))
      let result = try await conversation.result(worker.load)
      try demand(result["instruction_set"]?.string != nil, "instruction_set is missing")
      try demand((result["threads"]?.integer ?? -1) >= 0, "threads is missing")
      try demand(result["model"]?.object != nil, "model is missing")
      if let length = result["context_length"] {
        try demand((length.integer ?? 0) >= 1, "context_length is not a positive integer")
      }
    },
    WorkerRequirement(
      name: "unknown-operation", text: "An operation that is not of this version is refused."
    ) { worker in
      let conversation = try await worker.loaded()
      try await conversation.refusal(JSONObject([("op", "dance")]))
      try await conversation.refusal(JSONObject([("op", 7)]))
      try await conversation.refusal(JSONObject())
    },
    WorkerRequirement(
      name: "bad-members", text: "A missing member, or one of another type or range, is refused."
    ) { worker in
      let conversation = try await worker.loaded()
      for members: [(String, JSONValue)] in [
        [("op", "tokenize")], [("op", "tokenize"), ("text", 1)], [("op", "generate"), ("prompt", [1])],
        [("op", "generate"), ("prompt", [1]), ("max_tokens", 0)],
        [("op", "generate"), ("prompt", [1]), ("max_tokens", "2")],
        [("op", "generate"), ("prompt", "a"), ("max_tokens", 1)],
        [("op", "generate"), ("prompt", []), ("max_tokens", 1)],
        [("op", "generate"), ("prompt", [-1]), ("max_tokens", 1)],
        [("op", "generate"), ("prompt", [2_000_000_000]), ("max_tokens", 1)],
        [("op", "score"), ("prompt", [1])], [("op", "score"), ("prompt", [1]), ("continuation", [])],
        [("op", "chat"), ("messages", "hi")],
      ] { try await conversation.refusal(JSONObject(members)) }
    },
    WorkerRequirement(
      name: "provenance",
      text: "Provenance returns the SHA-256 of each file by name and of their canonical JSON, or says unverified."
    ) { worker in
      let result = try await worker.loaded().result(JSONObject([("op", "provenance")]))
      guard let weights = result["weights"], weights != .null else {
        return try demand(result["proof"] == "unverified", "weights are missing, and proof is not \"unverified\"")
      }
      let files = (weights["files"]?.object ?? JSONObject()).members
      try demand(!files.isEmpty, "weights.files is missing or empty")
      for value in [weights["hash"]] + files.map({ Optional($0.value) }) {
        let text = value?.string ?? ""
        try demand(text.isSHA256, "\(text) is not a SHA-256 in lower-case hexadecimal")
      }
    },
  ]
}
