import Foundation
import JSON
import TestSupport
import Testing
import WorkerProtocol

@testable import EndpointEngine

/// The chat interface of a server that counts prompts as real ones do: with what the chat template adds.
@Suite("Chat interface")
struct ChatAPITests {
  private func worker() throws -> (EndpointWorker, RawServer) {
    let folder = TestModels.imported
    let answers = try NativeAnswers([folder]) { _, _ in 0 }
    let claimed = try ClaimedFolder(contentsOf: folder)
    let server = RawServer { request, connection in
      guard let messages = request.body["messages"]?.array else { return answers.answer(request, connection) }
      let turns = messages.map {
        ChatTurn(role: $0["role"]?.string ?? "", content: $0["content"]?.string ?? "")
      }
      let prompt = (try? claimed.tokens(of: turns, tools: nil, thinking: nil)) ?? []
      let texts = [String](repeating: " the", count: request.body["max_tokens"]?.integer ?? 0)
      #expect(claimed.tokenCount(of: texts.joined()) == texts.count)
      connection.sendHead()
      for text in texts { connection.sendEvent(["choices": [["delta": ["content": .string(text)]]]]) }
      connection.sendEvent(["choices": [["delta": [:], "finish_reason": "length"]]])
      connection.sendEvent(Events.usage(prompt.count, texts.count, cached: 0))
      connection.send("data: [DONE]\n\n")
    }
    let target = EndpointSettings.Target(folder: folder.standardizedFileURL.path, url: server.url, servedModel: "m")
    var settings = EndpointSettings(targets: [target])
    settings.api = .chat
    let worker = EndpointWorker(settings, version: "test", supervisor: [])
    let loaded = try worker.answer(.load(LoadOptions(model: folder.path, contextLength: 256)))
    #expect(loaded["engine_version"]?.string?.hasSuffix(", chat") == true)
    return (worker, server)
  }

  private func tokens(_ worker: EndpointWorker, _ text: String) throws -> [Int32] {
    let reply = try worker.answer(.tokenize(text))
    return try #require(reply["tokens"]?.array?.compactMap { $0.integer.flatMap(Int32.init(exactly:)) })
  }

  @Test("A text is a user's message, and counts with what the template adds")
  func message() throws {
    let (worker, server) = try worker()
    let prompt = try tokens(worker, "Ready?")
    let reply = try worker.answer(.generate(GenerateOptions(prompt: prompt, maximumTokens: 1)))
    #expect(try #require(reply["prompt_tokens"]?.integer) > prompt.count)
    withExtendedLifetime(server) {}
  }

  @Test("A cell's prompt has its length with what the template adds", arguments: [40, 64, 100])
  func fixedLength(count: Int) throws {
    let (worker, server) = try worker()
    let once = try tokens(worker, "The market opens at seven, when the square is still wet from the night. ")
    let prompt = Array((0..<10).flatMap { _ in once }.prefix(count))
    let reply = try worker.answer(
      .generate(GenerateOptions(prompt: prompt, maximumTokens: 4, mayVaryPrompt: true)))
    #expect(reply["prompt_tokens"]?.integer == count)
    withExtendedLifetime(server) {}
  }

  @Test("A cell that is shorter than what the template adds says so")
  func noRoom() throws {
    let (worker, server) = try worker()
    let options = GenerateOptions(prompt: try tokens(worker, "The market opens"), maximumTokens: 4, mayVaryPrompt: true)
    #expect {
      try worker.answer(.generate(options))
    } throws: { if case .declined(_, "unsupported", _)? = $0 as? WorkerFailure { true } else { false } }
    withExtendedLifetime(server) {}
  }
}
