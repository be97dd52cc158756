import Foundation
import JSON
import Platform
import Synchronization
import WorkerProtocol

/// A server of the OpenAI API behind the line protocol.
///
/// Prompts are made from the model folder's own tokenizer and template, times are taken where the stream arrives.
public final class EndpointWorker: WorkerEngine {
  /// The engine's name in every row that it measured.
  public static let name = "endpoint"

  let settings: EndpointSettings
  let version: String
  let serving: Serving
  var folder: ClaimedFolder?
  var proof: WeightsProof?
  var contextLength = 0
  /// Whether the server takes prompts as token ids; else as text.
  var takesTokens = false
  var fresh = FreshPrompt()
  /// Conversations by their prompts: the chat API wants messages.
  var conversations: [[Int32]: CompletionRequest.Prompt] = [:]
  private var checks = 0

  /// - Parameter supervisor: The program and the words before the command of a server that is to be started.
  public init(_ settings: EndpointSettings, version: String, supervisor: [String]) {
    self.settings = settings
    self.version = version
    serving = Serving(settings, supervisor: supervisor)
  }

  /// The most that the server's processes have held; 0 where it runs elsewhere.
  public var peakMemoryBytes: Int { serving.peakMemoryBytes }

  public func answer(_ request: WorkerRequest) throws -> JSONObject {
    // A server is given up only between two requests.
    try serving.busy.withLock { _ in
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
    case .tokenize(let text): return JSONObject([("tokens", .tokens(try loaded().tokens(of: text)))])
    case .chat(let turns, let tools, let thinking):
      let tokens = try loaded().tokens(of: turns, tools: tools, thinking: thinking)
      conversations = [tokens: .messages(turns.map(\.message), tools: tools, thinking: thinking)]
      return JSONObject([("tokens", .tokens(tokens))])
    case .generate(let options): return try generate(options)
    case .score, .reference, .divergence:
      _ = try loaded()
      throw WorkerFailure.declined(
        operation: request.operation, status: "unsupported",
        message: "the endpoint engine does not answer \(request.operation): servers do not score given tokens")
    }
  }

  private func provenance() throws -> JSONObject {
    _ = try loaded()
    guard let proof else { throw WorkerFailure.badRequest("no model is loaded: send load first") }
    return JSONObject([
      ("weights", proof.manifest?.json ?? .null), ("proof", .string(proof.level.rawValue)),
      ("detail", .string(proof.detail)), ("version", .string(version)),
    ])
  }

  func loaded() throws -> ClaimedFolder {
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
      serving.isSpoilt = true
      throw EndpointError.otherWeights("it has changed them since it was examined")
    }
  }
}

extension ChatTurn {
  /// As the API has it.
  var message: JSONValue {
    .object(
      JSONObject([("role", .string(role)), ("content", .string(content))] + extra.members.map { ($0.name, $0.value) }))
  }
}
