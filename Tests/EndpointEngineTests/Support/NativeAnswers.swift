import Checkpoint
import Foundation
import JSON
import NativeEngine
import Synchronization

/// Completes with real weights, through the native engine, under whichever names a test allows.
final class NativeAnswers: @unchecked Sendable {  // All is used under the lock.
  private let lock = NSLock()
  private let models: [LanguageModel]
  private var answered = 0
  private let choose: (_ name: String, _ answered: Int) -> Int

  /// - Parameter choose: The index of the folder whose weights answer, by the name that is asked for and the number of
  ///   requests before.
  init(_ folders: [URL], choose: @escaping (_ name: String, _ answered: Int) -> Int) throws {
    models = try folders.map { try LanguageModel(contentsOf: $0, options: .init(threads: 1, contextLength: 256)) }
    self.choose = choose
  }

  func answer(_ request: RawServer.Request, _ connection: RawServer.Connection) {
    lock.lock()
    defer { lock.unlock() }
    let model = models[choose(request.body["model"]?.string ?? "", answered)]
    answered += 1
    guard let text = request.body["prompt"]?.string, let count = request.body["max_tokens"]?.integer else {
      return connection.sendJSON(["error": "prompt must be text"], status: "400 Bad Request")
    }
    let prompt = model.tokenizer.encode(text, addSpecialTokens: false)
    guard let generation = try? model.generate(prompt: prompt, maximumTokens: count, stopsAtEnd: false) else {
      return connection.sendJSON(["error": "failed"], status: "500 Internal Server Error")
    }
    guard request.body["logprobs"] == nil else {
      let scores = (try? model.session.score(generation.tokens, after: prompt)) ?? []
      let content = zip(generation.tokens, scores).map { id, score -> JSONValue in
        ["id": .integer(Int(id)), "logprob": .number(Double(score))]
      }
      let text = model.tokenizer.decode(generation.tokens)
      return connection.sendJSON([
        "choices": [["text": .string(text), "finish_reason": "length", "logprobs": ["content": .array(content)]]]
      ])
    }
    connection.sendHead()
    for token in generation.tokens { connection.sendEvent(Events.text(model.tokenizer.decode([token]))) }
    connection.sendEvent(Events.finish)
    connection.sendEvent(Events.usage(prompt.count, generation.tokens.count, cached: 0))
    connection.send("data: [DONE]\n\n")
  }
}

/// The native engine over a model folder, with room for the texts of a fingerprint.
enum NativeSession {
  static func open(_ model: ModelFolder) throws -> Session { try Session(model, options: .init(contextLength: 256)) }
}
