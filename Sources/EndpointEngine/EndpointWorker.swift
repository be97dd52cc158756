import Checkpoint
import Foundation
import JSON
import Platform
import Synchronization
import WorkerProtocol

/// A server of the OpenAI API behind the line protocol.
///
/// Prompts are made by the model folder's own tokenizer and chat template; times are taken where the stream arrives.
public final class EndpointWorker: WorkerEngine {
  /// The engine's name in every row that it measured.
  public static let name = "endpoint"

  let settings: EndpointSettings
  let server: ModelServer
  let version: String
  private var folder: ClaimedFolder?
  var proof: WeightsProof?
  /// Of a model that makes vectors.
  var embedder: ServedEmbedder?
  /// How many times the weights were checked after a generation.
  private var checks = 0
  private(set) var contextLength = 0
  /// Whether the server takes prompts as token ids; else as text.
  private(set) var takesTokens = false
  var fresh = FreshPrompts()
  /// What prompts of a given length are made of if the folder's tokenizer is not read; nil also if there are no such words.
  var countedWords: CountedWords?
  /// The last conversation by its prompt: the chat API wants messages.
  private(set) var conversations: [[Int32]: CompletionRequest.Prompt] = [:]

  /// - Parameter supervisor: The program and the arguments before the command of a server that is to be started.
  public init(_ settings: EndpointSettings, version: String, supervisor: [String]) {
    self.settings = settings
    self.version = version
    server = ModelServer(settings, supervisor: supervisor)
  }

  /// The most that the server's processes have held; 0 if it runs elsewhere.
  public var peakMemoryBytes: Int { server.peakMemoryBytes }

  public func answer(_ request: WorkerRequest) throws -> JSONObject {
    // A server is given up only between two requests.
    try server.busy.withLock { _ in
      do {
        return try answerNow(request)
      } catch let error as EndpointError {
        throw error.declining(request.operation)
      }
    }
  }

  private func answerNow(_ request: WorkerRequest) throws -> JSONObject {
    switch request {
    case .load(let options): return try load(options)
    case .provenance: return try provenance()
    case .tokenize(let text):
      let tokens = try embedder?.folder.tokenizer.encode(text, addSpecialTokens: false) ?? loaded().tokens(of: text)
      return JSONObject([("tokens", .tokens(tokens))])
    case .chat(let turns, let tools, let thinking):
      let tokens = try loaded().tokens(of: turns, tools: tools, thinking: thinking, asMessages: settings.api == .chat)
      conversations = [tokens: .messages(turns.map(\.message), tools: tools, thinking: thinking)]
      return JSONObject([("tokens", .tokens(tokens))])
    case .generate(let options): return try generate(options)
    case .begin, .advance:
      _ = try loaded()
      throw WorkerFailure.declined(
        operation: request.operation, status: "unsupported",
        message: "the endpoint engine does not answer \(request.operation): a server works on a request as a whole")
    case .score, .scoreBatch, .reference, .divergence:
      _ = try loaded()
      throw WorkerFailure.declined(
        operation: request.operation, status: "unsupported",
        message: "the endpoint engine does not answer \(request.operation): servers do not score given tokens")
    case .memory:
      _ = try loaded()
      return server.memory?.json ?? JSONObject()
    case .embed(let options): return try embed(options)
    }
  }

  /// Reaches the server, finds out how it takes prompts, and examines its weights.
  private func load(_ options: LoadOptions) throws -> JSONObject {
    let url = URL(fileURLWithPath: options.model)
    (embedder, folder, proof) = (nil, nil, nil)
    if EmbeddingRecipe.isStated(in: url) { return try loadEmbedder(options, url) }
    let folder = try ClaimedFolder(contentsOf: url)
    let endpoint = try server.endpoint(for: folder.url)
    let first = try examine(endpoint, folder)
    proof = try WeightsProof(
      of: endpoint, folder, process: ProcessProof(of: endpoint.url, managed: server.process),
      within: settings.requestSeconds)
    self.folder = folder
    contextLength = min(options.contextLength ?? folder.contextLength, folder.contextLength)
    // What is read through one interface is not to be compared with what is read through the other, nor counts that were
    // checked with those that were not.
    let interface =
      (settings.api == .chat ? ", chat" : "") + (folder.tokenizer == nil ? ", tokens as the server counts them" : "")
      + (settings.keepsPrompts ? ", declared to keep prompts" : "")
    return JSONObject([
      ("engine_version", .string("\(version), server \(first.systemFingerprint ?? "unknown")\(interface)")),
      ("instruction_set", .string(settings.profile?.name ?? "attached")),
      ("threads", 0),
      ("context_length", .integer(contextLength)),
      ("attached", .bool(server.isAttached)),
      ("memory", .bool(server.isAttached)),
      ("keeps_prompts", .bool(settings.keepsPrompts)),
      ("shared_prefix_tokens", .integer(try sharedPrefixTokens(folder))),
      ("model", try folder.model.map { try ModelInspection(of: $0).json } ?? .object(JSONObject())),
      (
        "chat",
        [
          "takes_tools": .bool(folder.conversations?.takesTools ?? false),
          "takes_thinking": .bool(folder.conversations?.takesThinking ?? false),
          "parser": folder.conversations?.callParser.map { .string($0.rawValue) } ?? .null,
        ]
      ),
    ])
  }

  /// Finds out whether the server takes token ids, and whether it counts tokens as the folder does.
  private func examine(_ endpoint: Endpoint, _ folder: ClaimedFolder) throws -> Completion {
    let text = FingerprintReading.texts[0]
    takesTokens = false
    guard folder.tokenizer != nil else { return try examineCounts(endpoint, text) }
    let tokens = folder.tokens(of: text)
    if settings.api == .completions {
      let byTokens = try? endpoint.complete(
        CompletionRequest(prompt: .tokens(tokens), maximumTokens: 1), within: settings.requestSeconds)
      if let byTokens, byTokens.promptTokens == tokens.count {
        takesTokens = true
        return byTokens
      }
    }
    let byText = try endpoint.complete(
      CompletionRequest(prompt: .text(text), maximumTokens: 1), within: settings.requestSeconds)
    guard let count = byText.promptTokens else { throw EndpointError.badUsage("there is none") }
    guard count == tokens.count else {
      throw EndpointError.badUsage("\(count) prompt tokens, the folder's tokenizer has \(tokens.count)")
    }
    return byText
  }

  /// The tokens with which every prompt begins that the server makes of a message.
  private func sharedPrefixTokens(_ folder: ClaimedFolder) throws -> Int {
    guard settings.api == .chat else { return countedWords.map { $0.overhead + CountedWords.mostInCommon } ?? 0 }
    guard folder.tokenizer != nil else { return (countedWords?.overhead ?? 0) + CountedWords.mostInCommon }
    let prompts = try ["The market opens", "Ready?"].map {
      try folder.tokens(of: [ChatTurn(role: "user", content: $0)], tools: nil, thinking: nil)
    }
    return zip(prompts[0], prompts[1]).prefix { $0 == $1 }.count
  }

  /// Finds out which words the server counts as one token each.
  private func examineCounts(_ endpoint: Endpoint, _ text: String) throws -> Completion {
    func completion(of text: String) throws -> Completion {
      let completion = try endpoint.complete(
        CompletionRequest(prompt: SentPrompt.form(of: text, api: settings.api), maximumTokens: 1),
        within: settings.requestSeconds)
      guard completion.promptTokens != nil else { throw EndpointError.badUsage("there is none") }
      return completion
    }
    let first = try completion(of: text)
    countedWords = try CountedWords { try completion(of: $0).promptTokens ?? 0 }
    return first
  }

  private func provenance() throws -> JSONObject {
    guard let proof else { throw WorkerFailure.badRequest("no model is loaded: send load first") }
    return JSONObject([
      ("weights", proof.manifest?.json ?? .null), ("proof", .string(proof.level.rawValue)),
      ("detail", .string(proof.detail)), ("version", .string(version)),
    ])
  }

  /// - Throws: `.badRequest` before `load`, `.declined` if the model makes vectors.
  func loaded() throws -> ClaimedFolder {
    if embedder != nil {
      throw WorkerFailure.declined(
        operation: "generate", status: "unsupported",
        message: "the model makes vectors of texts; it generates and scores none")
    }
    guard let folder else { throw WorkerFailure.badRequest("no model is loaded: send load first") }
    return folder
  }

  /// Asks one of the fixed texts again, after what was timed: a server may change its weights at any time.
  ///
  /// - Throws: `.otherWeights`.
  func checkWeights(at endpoint: Endpoint) throws {
    guard let proof, let folder, !proof.readings.isEmpty else { return }
    let index = checks % proof.readings.count
    checks += 1
    let later = try FingerprintReading(
      of: FingerprintReading.texts[index], length: 6, at: endpoint, by: folder, within: settings.requestSeconds)
    guard proof.readings[index].agrees(with: later) else {
      server.isSpoilt = true
      throw EndpointError.otherWeights("it has changed them since it was examined")
    }
  }
}

extension ChatTurn {
  /// The message of the chat API.
  var message: JSONValue {
    .object(
      JSONObject([("role", .string(role)), ("content", .string(content))] + extra.members.map { ($0.name, $0.value) }))
  }
}
