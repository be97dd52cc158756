import JSON
import Testing

@testable import WorkerProtocol

@Suite("Worker requests")
struct WorkerRequestTests {
  static let requests: [WorkerRequest] = [
    .load(LoadOptions(model: "/a/b", threads: 2, contextLength: 128)), .load(LoadOptions(model: "x")), .provenance,
    .tokenize("é\n"), .chat([ChatTurn(role: "user", content: "hi")]),
    .chat(
      [ChatTurn(role: "tool", content: "", extra: JSONObject([("name", "find"), ("tool_calls", [[:]])]))],
      tools: [["type": "function"]], thinking: false),
    .generate(
      GenerateOptions(
        prompt: [1, 2], maximumTokens: 3, stopsAtEnd: true, reusesPrefix: true, temperature: 0.5, topP: 0.9,
        seed: .max, maximumSeconds: 1.5, keepsSpecialTokens: true, streamsText: true, mayVaryPrompt: true)),
    .score(prompt: [1], continuation: [2, 3]),
  ]

  @Test("A request read back from its line is the same", arguments: requests)
  func roundTrip(request: WorkerRequest) throws {
    let line = JSONValue.object(request.json).serialized()
    #expect(!line.contains("\n"))
    #expect(try WorkerRequest(json: try #require(try JSONValue(parsing: line).object)) == request)
  }

  @Test(
    "A malformed request names what is wrong",
    arguments: [
      (#"{}"#, "op"), (#"{"op": "dance"}"#, "dance"), (#"{"op": "tokenize"}"#, "text"),
      (#"{"op": "score", "prompt": [1], "continuation": ["a"]}"#, "continuation"),
      (#"{"op": "generate", "prompt": [1], "max_tokens": 0}"#, "max_tokens"),
      (#"{"op": "generate", "prompt": [3000000000], "max_tokens": 1}"#, "prompt"),
    ])
  func malformed(line: String, word: String) throws {
    let object = try #require(try JSONValue(parsing: line).object)
    #expect { try WorkerRequest(json: object) } throws: { String(describing: $0).contains(word) }
  }
}
