import JSON

extension WorkerRequest {
  /// The members beside `id`.
  public var json: JSONObject {
    var object = JSONObject([("op", .string(operation))])
    switch self {
    case .load(let options):
      object["model"] = .string(options.model)
      object["threads"] = options.threads.map { .integer($0) }
      object["context_length"] = options.contextLength.map { .integer($0) }
      object["sequences"] = options.sequences > 1 ? .integer(options.sequences) : nil
    case .provenance: break
    case .tokenize(let text): object["text"] = .string(text)
    case .chat(let turns, let tools, let thinking):
      object["messages"] = .array(turns.map(\.json))
      object["tools"] = tools.map { .array($0) }
      object["thinking"] = thinking.map { .bool($0) }
    case .generate(let options):
      object["prompt"] = .tokens(options.prompt)
      object["max_tokens"] = .integer(options.maximumTokens)
      object["stop_at_end"] = .bool(options.stopsAtEnd)
      object["reuse_prefix"] = .bool(options.reusesPrefix)
      object["temperature"] = .number(options.temperature)
      object["top_p"] = .number(options.topP)
      object["seed"] = .integer(Int(truncatingIfNeeded: options.seed))
      object["max_seconds"] = options.maximumSeconds.map { .number($0) }
      object["keep_special_tokens"] = options.keepsSpecialTokens ? .bool(true) : nil
      object["stream"] = options.streamsText ? .bool(true) : nil
      object["sequences"] = options.sequences > 1 ? .integer(options.sequences) : nil
      object["may_vary_prompt"] = options.mayVaryPrompt ? .bool(true) : nil
    case .score(let prompt, let continuation):
      object["prompt"] = .tokens(prompt)
      object["continuation"] = .tokens(continuation)
    case .reference(let tokens, let folder):
      object["tokens"] = .tokens(tokens)
      object["folder"] = .string(folder)
    case .divergence(let tokens, let file):
      object["tokens"] = .tokens(tokens)
      object["file"] = .string(file)
    }
    return object
  }

  /// Reads a request.
  ///
  /// - Throws: `.badRequest`, which names the member that is missing or wrong.
  public init(json: JSONObject) throws(WorkerFailure) {
    let fields = RequestFields(object: json)
    switch try fields.string("op") {
    case "load":
      self = .load(
        LoadOptions(
          model: try fields.string("model"), threads: try fields.count("threads"),
          contextLength: try fields.count("context_length"), sequences: try fields.count("sequences") ?? 1))
    case "provenance": self = .provenance
    case "tokenize": self = .tokenize(try fields.string("text"))
    case "chat":
      guard let messages = json["messages"]?.array else { throw .badRequest("messages is not an array") }
      var turns: [ChatTurn] = []
      for message in messages { turns.append(try ChatTurn(json: message)) }
      self = .chat(turns, tools: json["tools"]?.array, thinking: json["thinking"]?.bool)
    case "generate":
      guard let maximum = try fields.count("max_tokens") else { throw .badRequest("max_tokens is missing") }
      self = .generate(
        GenerateOptions(
          prompt: try fields.tokens("prompt"), maximumTokens: maximum,
          stopsAtEnd: json["stop_at_end"]?.bool ?? false, reusesPrefix: json["reuse_prefix"]?.bool ?? false,
          temperature: json["temperature"]?.number ?? 0, topP: json["top_p"]?.number ?? 1,
          seed: UInt64(bitPattern: Int64(json["seed"]?.integer ?? 0)), maximumSeconds: json["max_seconds"]?.number,
          keepsSpecialTokens: json["keep_special_tokens"]?.bool ?? false,
          streamsText: json["stream"]?.bool ?? false, sequences: try fields.count("sequences") ?? 1,
          mayVaryPrompt: json["may_vary_prompt"]?.bool ?? false))
    case "score":
      self = .score(prompt: try fields.tokens("prompt"), continuation: try fields.tokens("continuation"))
    case "reference":
      self = .reference(tokens: try fields.tokens("tokens"), folder: try fields.string("folder"))
    case "divergence": self = .divergence(tokens: try fields.tokens("tokens"), file: try fields.string("file"))
    case let other: throw .badRequest("the operation \"\(other)\" is not one of version 1")
    }
  }
}

extension ChatTurn {
  fileprivate var json: JSONValue {
    .object(
      JSONObject([("role", .string(role)), ("content", .string(content))] + extra.members.map { ($0.name, $0.value) }))
  }

  fileprivate init(json: JSONValue) throws(WorkerFailure) {
    guard var extra = json.object, let role = json["role"]?.string, let content = json["content"]?.string else {
      throw .badRequest("a message lacks its role or its content")
    }
    extra["role"] = nil
    extra["content"] = nil
    self.init(role: role, content: content, extra: extra)
  }
}

extension JSONValue {
  /// An array of token ids.
  public static func tokens(_ ids: [Int32]) -> JSONValue { .array(ids.map { .integer(Int($0)) }) }

  /// The token ids of an array; nil if it is no array or an element is no token id.
  public var tokens: [Int32]? {
    guard let array else { return nil }
    var ids: [Int32] = []
    ids.reserveCapacity(array.count)
    for element in array {
      guard case .integer(let value) = element, let id = Int32(exactly: value) else { return nil }
      ids.append(id)
    }
    return ids
  }
}

/// The members of a request, checked as they are read.
private struct RequestFields {
  let object: JSONObject

  func string(_ name: String) throws(WorkerFailure) -> String {
    guard let text = object[name]?.string else { throw .badRequest("\(name) is missing or not a string") }
    return text
  }

  func tokens(_ name: String) throws(WorkerFailure) -> [Int32] {
    guard let ids = object[name]?.tokens else { throw .badRequest("\(name) is missing or not an array of token ids") }
    return ids
  }

  /// A positive integer; nil if the member is missing.
  func count(_ name: String) throws(WorkerFailure) -> Int? {
    guard let value = object[name] else { return nil }
    guard let count = value.integer, (1...1 << 30).contains(count) else {
      throw .badRequest("\(name) is not a positive integer")
    }
    return count
  }
}
