import JSON

extension Requirement {
  /// One line a message, whatever comes.
  static let framing = [
    Requirement(
      name: "greeting", text: "The first line greets with protocol, engine and version."
    ) { subject in
      let hello = await (try subject.fresh()).greeting["hello"]
      try demand(
        hello?["protocol"] == .integer(WorkerProtocol.version), "the protocol is not \(WorkerProtocol.version)")
      for name in ["engine", "version"] {
        try demand(!(hello?[name]?.string ?? "").isEmpty, "\(name) is missing or empty")
      }
    },
    Requirement(
      name: "not-json", text: "A line that is no JSON object is answered with an error whose id is null."
    ) { subject in
      let exchange = try await subject.fresh()
      for line in ["{\"id\": 1, \"op\"", "[1, 2]", "nonsense", ""] {
        await exchange.send(line)
        let answer = try await exchange.answer(to: .null)
        try demand(answer.error != nil, "\"\(line)\" should have been an error")
      }
    },
    Requirement(
      name: "pieces", text: "A request may come in pieces, and several at once; answers come in their order."
    ) { subject in
      let exchange = try await subject.loaded()
      let lines = (101...103).map {
        Exchange.line(JSONObject([("op", "tokenize"), ("text", "naïve ✓")]), id: .integer($0)) + "\n"
      }
      let bytes = Array(lines.joined().utf8)
      for start in stride(from: 0, to: bytes.count, by: 7) {
        await exchange.send(bytes: Array(bytes[start..<min(start + 7, bytes.count)]))
      }
      for id in 101...103 { _ = try await exchange.answer(to: .integer(id)) }
    },
    Requirement(
      name: "long-line", text: "A request of a megabyte is answered."
    ) { subject in
      let text = String(repeating: "word ", count: 200_000)
      let result = try await subject.loaded().result(JSONObject([("op", "tokenize"), ("text", .string(text))]))
      try demand((result["tokens"]?.tokens?.count ?? 0) > 1_000, "tokens are missing")
    },
  ]
}
