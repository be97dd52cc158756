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
      object["weights"] = options.weights == .memory ? nil : .string(options.weights.rawValue)
    case .provenance, .memory: break
    case .tokenize(let text): object["text"] = .string(text)
    case .chat(let turns, let tools, let thinking):
      object["messages"] = .array(turns.map(\.json))
      object["tools"] = tools.map { .array($0) }
      object["thinking"] = thinking.map { .bool($0) }
    case .generate(let options), .begin(let options): options.write(to: &object)
    case .advance(let tokens): object["tokens"] = .integer(tokens)
    case .score(let prompt, let continuation):
      object["prompt"] = .tokens(prompt)
      object["continuation"] = .tokens(continuation)
    case .scoreBatch(let items): object["items"] = .array(items.map(\.json))
    case .reference(let tokens, let folder):
      object["tokens"] = .tokens(tokens)
      object["folder"] = .string(folder)
    case .divergence(let tokens, let file):
      object["tokens"] = .tokens(tokens)
      object["file"] = .string(file)
    case .embed(let options):
      object["texts"] = .array(options.texts.map { .string($0) })
      object["prompt"] = options.prompt.map { .string($0) }
      object["dimensions"] = options.dimensions.map { .integer($0) }
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
          contextLength: try fields.count("context_length"), sequences: try fields.count("sequences") ?? 1,
          weights: try fields.placement("weights") ?? .memory))
    case "provenance": self = .provenance
    case "memory": self = .memory
    case "tokenize": self = .tokenize(try fields.string("text"))
    case "chat":
      guard let messages = json["messages"]?.array else { throw .badRequest("messages is not an array") }
      var turns: [ChatTurn] = []
      for message in messages { turns.append(try ChatTurn(json: message)) }
      self = .chat(turns, tools: json["tools"]?.array, thinking: json["thinking"]?.bool)
    case "generate": self = .generate(try GenerateOptions(fields))
    case "begin": self = .begin(try GenerateOptions(fields))
    case "advance": self = .advance(tokens: try fields.requiredCount("tokens"))
    case "score":
      self = .score(prompt: try fields.tokens("prompt"), continuation: try fields.tokens("continuation"))
    case "score_batch":
      guard let values = json["items"]?.array, !values.isEmpty else {
        throw .badRequest("items is missing, no array, or empty")
      }
      var items: [ScoreItem] = []
      for value in values { items.append(try ScoreItem(json: value)) }
      self = .scoreBatch(items)
    case "reference":
      self = .reference(tokens: try fields.tokens("tokens"), folder: try fields.string("folder"))
    case "divergence": self = .divergence(tokens: try fields.tokens("tokens"), file: try fields.string("file"))
    case "embed":
      guard let values = json["texts"]?.array, !values.isEmpty else {
        throw .badRequest("texts is missing, no array, or empty")
      }
      let texts = values.compactMap(\.string)
      guard texts.count == values.count else { throw .badRequest("texts has an element that is not a string") }
      self = .embed(
        EmbedOptions(
          texts: texts, prompt: try fields.optionalString("prompt"), dimensions: try fields.count("dimensions")))
    case let other: throw .badRequest("the operation \"\(other)\" is not one of version 1")
    }
  }
}

extension GenerateOptions {
  fileprivate func write(to object: inout JSONObject) {
    object["prompt"] = .tokens(prompt)
    object["max_tokens"] = .integer(maximumTokens)
    object["stop_at_end"] = .bool(stopsAtEnd)
    object["reuse_prefix"] = .bool(reusesPrefix)
    object["temperature"] = .number(temperature)
    object["top_p"] = .number(topP)
    object["seed"] = .integer(Int(truncatingIfNeeded: seed))
    object["max_seconds"] = maximumSeconds.map { .number($0) }
    object["keep_special_tokens"] = keepsSpecialTokens ? .bool(true) : nil
    object["stream"] = streamsText ? .bool(true) : nil
    object["sequences"] = sequences > 1 ? .integer(sequences) : nil
    object["may_vary_prompt"] = mayVaryPrompt ? .bool(true) : nil
  }

  fileprivate init(_ fields: RequestFields) throws(WorkerFailure) {
    let json = fields.object
    self.init(
      prompt: try fields.tokens("prompt"), maximumTokens: try fields.requiredCount("max_tokens"),
      stopsAtEnd: json["stop_at_end"]?.bool ?? false, reusesPrefix: json["reuse_prefix"]?.bool ?? false,
      temperature: json["temperature"]?.number ?? 0, topP: json["top_p"]?.number ?? 1,
      seed: UInt64(bitPattern: Int64(json["seed"]?.integer ?? 0)), maximumSeconds: json["max_seconds"]?.number,
      keepsSpecialTokens: json["keep_special_tokens"]?.bool ?? false,
      streamsText: json["stream"]?.bool ?? false, sequences: try fields.count("sequences") ?? 1,
      mayVaryPrompt: json["may_vary_prompt"]?.bool ?? false)
  }
}

extension ScoreItem {
  fileprivate var json: JSONValue {
    ["prompt": .tokens(prompt), "continuations": .array(continuations.map(JSONValue.tokens))]
  }

  fileprivate init(json: JSONValue) throws(WorkerFailure) {
    guard let prompt = json["prompt"]?.tokens, let values = json["continuations"]?.array else {
      throw .badRequest("an item lacks its prompt or its continuations, or they are no arrays")
    }
    var continuations: [[Int32]] = []
    for value in values {
      guard let continuation = value.tokens else {
        throw .badRequest("continuations has an element that is not an array of token ids")
      }
      continuations.append(continuation)
    }
    self.init(prompt: prompt, continuations: continuations)
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

  /// Nil if the member is missing or null.
  func optionalString(_ name: String) throws(WorkerFailure) -> String? {
    guard let value = object[name], value != .null else { return nil }
    guard let text = value.string else { throw .badRequest("\(name) is not a string") }
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

  /// A positive integer.
  func requiredCount(_ name: String) throws(WorkerFailure) -> Int {
    guard let count = try count(name) else { throw .badRequest("\(name) is missing") }
    return count
  }

  /// Nil if the member is missing.
  func placement(_ name: String) throws(WorkerFailure) -> WeightPlacement? {
    guard let value = object[name] else { return nil }
    guard let placement = value.string.flatMap(WeightPlacement.init) else {
      let known = WeightPlacement.allCases.map(\.rawValue).joined(separator: ", ")
      throw .badRequest("\(name) is none of \(known)")
    }
    return placement
  }
}
