import Foundation
import JSON
import TestSupport
import Testing
import WorkerProtocol

@testable import EndpointEngine

/// Tool loops through a server that answers with real weights, or as a server that parses calls itself does.
@Suite("Tool calls through an endpoint")
struct ToolCallTests {
  private static let prompt: [Int32] = [504, 3575, 282, 4649, 314]

  private func worker(_ server: RawServer, _ folder: URL) -> EndpointWorker {
    let target = EndpointSettings.Target(folder: folder.standardizedFileURL.path, url: server.url, servedModel: "m")
    return EndpointWorker(EndpointSettings(targets: [target]), version: "test", supervisor: [])
  }

  /// A copy of a model folder whose chat template writes calls as Qwen 2.5's does.
  private func folderWithTools(in scratch: URL) throws -> URL {
    let copy = scratch.appendingPathComponent("model")
    try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
    for name in ["config.json", "model.safetensors", "tokenizer.json"] {
      let source = TestModels.imported.appendingPathComponent(name).resolvingSymlinksInPath()
      try FileManager.default.createSymbolicLink(at: copy.appendingPathComponent(name), withDestinationURL: source)
    }
    let template = "{{ tools }}<tool_call>{{ tool_call.name }}</tool_call>"
    try JSONValue.object(JSONObject([("chat_template", .string(template))])).serialized().write(
      to: copy.appendingPathComponent("tokenizer_config.json"), atomically: true, encoding: .utf8)
    return copy
  }

  @Test("The reply to load names the parser for the chat template's calls")
  func parser() throws {
    let scratch = try TemporaryFolder()
    let folder = try folderWithTools(in: scratch.url)
    let answers = try NativeAnswers([folder]) { _, _ in 0 }
    let server = RawServer { answers.answer($0, $1) }
    let reply = try worker(server, folder).answer(.load(LoadOptions(model: folder.path, contextLength: 128)))
    #expect(reply["chat"]?["parser"] == "json_tools")
    #expect(reply["chat"]?["takes_tools"] == true)
  }

  @Test("A text is not judged if the server took the calls out of it")
  func takenOut() throws {
    let answers = try NativeAnswers([TestModels.imported]) { _, _ in 0 }
    let server = RawServer { request, connection in
      guard request.body["max_tokens"] == 7 else { return answers.answer(request, connection) }
      connection.sendHead()
      let call: JSONValue = ["index": 0, "function": ["name": "find", "arguments": "{}"]]
      connection.sendEvent(["choices": [["delta": ["tool_calls": [call]]]]])
      connection.sendEvent(["choices": [["delta": [:], "finish_reason": "tool_calls"]]])
      connection.sendEvent(Events.usage(Self.prompt.count, 5))
      connection.send("data: [DONE]\n\n")
    }
    let worker = worker(server, TestModels.imported)
    _ = try worker.answer(.load(LoadOptions(model: TestModels.imported.path, contextLength: 128)))
    var options = GenerateOptions(prompt: Self.prompt, maximumTokens: 7, stopsAtEnd: true)
    #expect(try worker.answer(.generate(options))["tool_calls"]?.array?.count == 1)
    options.streamsText = true
    #expect {
      try worker.answer(.generate(options))
    } throws: { if case .declined(_, "unsupported", _)? = $0 as? WorkerFailure { true } else { false } }
  }
}
