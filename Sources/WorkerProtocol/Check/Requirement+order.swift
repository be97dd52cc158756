import JSON

extension Requirement {
  /// What may be asked when, and what is refused.
  static let order = [
    Requirement(
      name: "load-first", text: "Before load every other operation is refused, and the worker lives on."
    ) { subject in
      let exchange = try await subject.fresh()
      try await exchange.refusal(JSONObject([("op", "provenance")]))
      try await exchange.refusal(JSONObject([("op", "tokenize"), ("text", "a")]))
      try await exchange.refusal(JSONObject([("op", "generate"), ("prompt", [1]), ("max_tokens", 1)]))
    },
    Requirement(
      name: "load-refused", text: "A model that cannot be loaded is an error, after which another one can be."
    ) { subject in
      let exchange = try await subject.fresh()
      try await exchange.refusal(JSONObject([("op", "load"), ("model", "/there/is/no/such/folder")]))
      let result = try await exchange.result(subject.load)
      try demand(result["instruction_set"]?.string != nil, "instruction_set is missing")
      try demand((result["threads"]?.integer ?? -1) >= 0, "threads is missing")
      try demand(result["model"]?.object != nil, "model is missing")
      if let length = result["context_length"] {
        try demand((length.integer ?? 0) >= 1, "context_length is not a positive integer")
      }
    },
    Requirement(
      name: "unknown-operation", text: "An operation that is not of this version is refused."
    ) { subject in
      let exchange = try await subject.loaded()
      try await exchange.refusal(JSONObject([("op", "dance")]))
      try await exchange.refusal(JSONObject([("op", 7)]))
      try await exchange.refusal(JSONObject())
    },
    Requirement(
      name: "bad-members", text: "A missing member, or one of another type or range, is refused."
    ) { subject in
      let exchange = try await subject.loaded()
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
      ] { try await exchange.refusal(JSONObject(members)) }
    },
    Requirement(
      name: "provenance",
      text: "Provenance gives the SHA-256 of each file by name and of their canonical JSON, or says unverified."
    ) { subject in
      let result = try await subject.loaded().result(JSONObject([("op", "provenance")]))
      guard let weights = result["weights"], weights != .null else {
        return try demand(result["proof"] == "unverified", "weights are missing, and proof is not \"unverified\"")
      }
      let files = weights["files"]?.object?.members ?? []
      try demand(!files.isEmpty, "weights.files is missing or empty")
      for value in [weights["hash"]] + files.map({ Optional($0.value) }) {
        let text = value?.string ?? ""
        let isHash = text.utf8.count == 64 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
        try demand(isHash, "\(text) is not a SHA-256 in lower-case hexadecimal")
      }
    },
  ]
}
