import Foundation
import JSON
import Testing

@testable import WorkerProtocol

@Suite("Worker requests")
struct WorkerRequestTests {
  /// An example of every request, each leading to the next: a new case does not compile until it has one.
  private static func example(after request: WorkerRequest?) -> WorkerRequest? {
    switch request {
    case nil: .load(LoadOptions(model: "/a/b", threads: 2, contextLength: 128, sequences: 3, weights: .file))
    case .load: .provenance
    case .provenance: .tokenize("é\n")
    case .tokenize:
      .chat(
        [ChatTurn(role: "tool", content: "", extra: JSONObject([("name", "find"), ("tool_calls", [[:]])]))],
        tools: [["type": "function"]], thinking: false)
    case .chat: .generate(generation)
    case .generate: .begin(generation)
    case .begin: .advance(tokens: 48)
    case .advance: .score(prompt: [1], continuation: [2, 3])
    case .score:
      .scoreBatch([
        ScoreItem(prompt: [1], continuations: [[2, 3], [4]]), ScoreItem(prompt: [5, 6], continuations: []),
      ])
    case .scoreBatch: .reference(tokens: [4, 5], folder: "/c d/é")
    case .reference: .divergence(tokens: [6], file: "/c d/f")
    case .divergence: .embed(EmbedOptions(texts: ["é\n", ""], prompt: "query", dimensions: 8))
    case .embed: .memory
    case .memory: nil
    }
  }

  private static let generation = GenerateOptions(
    prompt: [1, 2], maximumTokens: 3, stopsAtEnd: true, reusesPrefix: true, temperature: 0.5, topP: 0.9, seed: .max,
    maximumSeconds: 1.5, keepsSpecialTokens: true, streamsText: true, sequences: 4, mayVaryPrompt: true)

  private static let examples = Array(
    sequence(state: WorkerRequest?.none) { last in
      last = example(after: last)
      return last
    })

  /// Requests with as few members as possible.
  private static let defaults: [WorkerRequest] = [
    .load(LoadOptions(model: "x")), .chat([ChatTurn(role: "user", content: "hi")]),
    .embed(EmbedOptions(texts: ["x"])), .generate(GenerateOptions(prompt: [1], maximumTokens: 1)),
    .begin(GenerateOptions(prompt: [1], maximumTokens: 1)),
  ]

  @Test("A request read back from its line is the same", arguments: examples + defaults)
  func roundTrip(request: WorkerRequest) throws {
    let line = JSONValue.object(request.json).serialized()
    #expect(!line.contains("\n"))
    #expect(try WorkerRequest(json: try #require(try JSONValue(parsing: line).object)) == request)
  }

  @Test("The examples are of different operations, and no option of theirs has its default")
  func complete() {
    #expect(Set(Self.examples.map(\.operation)).count == Self.examples.count)
    for request in Self.examples {
      switch request {
      case .load(let options): expectDifference(in: options, from: LoadOptions(model: ""))
      case .embed(let options): expectDifference(in: options, from: EmbedOptions(texts: []))
      case .generate(let options), .begin(let options):
        expectDifference(in: options, from: GenerateOptions(prompt: [], maximumTokens: 0))
      default: break
      }
    }
  }

  private func expectDifference<Options>(in options: Options, from defaults: Options) {
    for (member, other) in zip(Mirror(reflecting: options).children, Mirror(reflecting: defaults).children) {
      #expect(String(describing: member.value) != String(describing: other.value), "\(member.label ?? "")")
    }
  }

  @Test(
    "A malformed request names what is wrong",
    arguments: [
      (#"{}"#, "op"), (#"{"op": "dance"}"#, "dance"), (#"{"op": "tokenize"}"#, "text"),
      (#"{"op": "score", "prompt": [1], "continuation": ["a"]}"#, "continuation"),
      (#"{"op": "score_batch"}"#, "items"), (#"{"op": "score_batch", "items": []}"#, "items"),
      (#"{"op": "score_batch", "items": [{"prompt": [1]}]}"#, "continuations"),
      (#"{"op": "score_batch", "items": [{"prompt": 1, "continuations": []}]}"#, "prompt"),
      (#"{"op": "score_batch", "items": [{"prompt": [1], "continuations": [2]}]}"#, "continuations"),
      (#"{"op": "generate", "prompt": [1], "max_tokens": 0}"#, "max_tokens"),
      (#"{"op": "generate", "prompt": [3000000000], "max_tokens": 1}"#, "prompt"),
      (#"{"op": "begin", "prompt": [1]}"#, "max_tokens"), (#"{"op": "advance"}"#, "tokens"),
      (#"{"op": "advance", "tokens": 0}"#, "tokens"), (#"{"op": "load", "model": "m", "weights": "disk"}"#, "memory"),
      (#"{"op": "embed"}"#, "texts"), (#"{"op": "embed", "texts": []}"#, "texts"),
      (#"{"op": "embed", "texts": [1]}"#, "texts"), (#"{"op": "embed", "texts": ["a"], "prompt": 1}"#, "prompt"),
      (#"{"op": "embed", "texts": ["a"], "dimensions": 0}"#, "dimensions"),
      (#"{"op": "reference", "tokens": [1]}"#, "folder"), (#"{"op": "divergence", "file": "f"}"#, "tokens"),
    ])
  func malformed(line: String, word: String) throws {
    let object = try #require(try JSONValue(parsing: line).object)
    #expect { try WorkerRequest(json: object) } throws: { String(describing: $0).contains(word) }
  }
}

@Suite("Line buffer")
struct LineBufferTests {
  @Test("Lines come out whole however the bytes were cut", arguments: 1...7)
  func cuts(size: Int) {
    let bytes = Data("one\n\ntwo é\nrest".utf8)
    var buffer = LineBuffer()
    var lines: [[UInt8]] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      lines += buffer.append(bytes[start..<min(start + size, bytes.count)])
    }
    #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["one", "", "two é"])
  }
}
