import Checkpoint
import Foundation
import JSON
import WorkerProtocol

extension EndpointWorker {
  /// Reaches the server, learns how it takes prompts, and examines its weights.
  func load(_ options: LoadOptions) throws -> JSONObject {
    let folder = try ClaimedFolder(contentsOf: URL(fileURLWithPath: options.model))
    let endpoint = try serving.endpoint(for: folder.url)
    let first = try examine(endpoint, folder)
    proof = try WeightsProof(
      of: endpoint, folder, process: ProcessProof(of: endpoint.url, managed: serving.process),
      within: settings.requestSeconds)
    self.folder = folder
    contextLength = min(options.contextLength ?? folder.contextLength, folder.contextLength)
    return JSONObject([
      (
        "engine_version",
        .string(
          // What is read through one interface is not to be compared with what is read through the other.
          "\(version), server \(first.systemFingerprint ?? "unknown")" + (settings.api == .chat ? ", chat" : ""))
      ),
      ("instruction_set", .string(settings.profile?.name ?? "attached")),
      ("threads", 0),
      ("context_length", .integer(contextLength)),
      ("model", try folder.model.map { try ModelInspection(of: $0).json } ?? .object(JSONObject())),
      (
        "chat",
        [
          "takes_tools": .bool(folder.conversations.takesTools),
          "takes_thinking": .bool(folder.conversations.takesThinking),
          "parser": folder.conversations.callParser.map { .string($0.rawValue) } ?? .null,
        ]
      ),
    ])
  }

  /// Finds out whether the server takes token ids, and whether it counts tokens as the folder does.
  private func examine(_ endpoint: Endpoint, _ folder: ClaimedFolder) throws -> Completion {
    let text = FingerprintReading.texts[0]
    let tokens = folder.tokens(of: text)
    takesTokens = false
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
}
