import ChatTemplate
import Foundation
import JSON

/// The files that mutants are made of: one of each family, tokenizer and template that the tests know.
struct Seeds {
  let files: [[UInt8]]

  /// - Parameter tests: The folder `Tests` of the checkout.
  init(of kind: FileKind, in tests: URL) throws {
    files =
      switch kind {
      case .config: try Self.configurations(in: tests)
      case .tokenizer:
        try Self.files(in: tests.appendingPathComponent("TokenizationTests/Fixtures")) {
          $0.appendingPathComponent("tokenizer.json")
        }
      case .safetensors: [TinyCheckpoint().bytes]
      case .template: try Self.files(in: Self.conformance(in: tests).appendingPathComponent("templates")) { $0 }
      case .gguf: try Self.files(in: tests.appendingPathComponent("Mutants/Seeds/gguf")) { $0 }
      case .registry: try Self.files(in: tests.appendingPathComponent("Mutants/Seeds/registries")) { $0 }
      case .envelope:
        try Self.files(in: tests.deletingLastPathComponent().appendingPathComponent("envelopes")) { $0 }
      }
  }

  /// One per line. They are of the checkpoints that `make families` makes, by this command:
  ///
  ///     python3 -c "import glob, json
  ///     for f in sorted(glob.glob('.resident/families/*/*-bf16/config.json')) + [f'.resident/families/{n}/config.json'
  ///       for n in ('gpt_oss/base-mxfp4-experts', 'llama/base-mixed-bare', 'qwen3_5/base-mixed')]:
  ///       print(json.dumps(json.load(open(f)), separators=(',', ':')))" > Tests/Mutants/Seeds/configs.jsonl
  private static func configurations(in tests: URL) throws -> [[UInt8]] {
    let lines = try Data(contentsOf: tests.appendingPathComponent("Mutants/Seeds/configs.jsonl"))
    return lines.split(separator: UInt8(ascii: "\n")).map(Array.init)
  }

  private static func files(in folder: URL, _ file: (URL) -> URL) throws -> [[UInt8]] {
    let entries = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return try entries.sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: file($0))) }
  }

  private static func conformance(in tests: URL) -> URL {
    tests.appendingPathComponent("ChatTemplateTests/Conformance")
  }

  /// What templates are rendered for.
  struct Conversation {
    let messages: [ChatMessage]
    let tools: [JSONValue]?
    let variables: [(String, JSONValue)]
    /// As JSON.
    let byteCount: Int
  }

  /// The conversations of the conformance tests, some with tools.
  static func conversations(in tests: URL) throws -> [Conversation] {
    let file = conformance(in: tests).appendingPathComponent("cases.json")
    let root = try JSONValue(parsing: Data(contentsOf: file))
    let variables = root["special"]?.object.map { $0.members.map { ($0.name, $0.value) } } ?? []
    return (root["conversations"]?.array ?? []).enumerated().map { index, conversation in
      let messages = (conversation["messages"]?.array ?? []).map { message in
        var extra = message.object ?? JSONObject()
        extra["role"] = nil
        if message["content"]?.string != nil { extra["content"] = nil }
        return ChatMessage(
          role: message["role"]?.string ?? "", content: message["content"]?.string, extra: extra)
      }
      let tools = index % 2 == 0 ? root["tools"]?["one"]?.array : nil
      let byteCount = conversation.serialized().utf8.count + JSONValue.array(tools ?? []).serialized().utf8.count
      return Conversation(messages: messages, tools: tools, variables: variables, byteCount: byteCount)
    }
  }
}
