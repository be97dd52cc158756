import Foundation
import Testing

@testable import Tokenization

@Suite("Model folders")
struct FolderTests {
  /// Loads a folder of these files, next to a small `tokenizer.json`.
  private func load(_ files: [String: String]) throws -> Tokenizer {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tokenizer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files.merging(["tokenizer.json": TokenizerText().text], uniquingKeysWith: { given, _ in given })
    {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return try Tokenizer(contentsOf: folder)
  }

  @Test("The configuration is optional")
  func withoutConfiguration() throws {
    let tokenizer = try load([:])
    #expect(tokenizer.beginOfSequence == nil && tokenizer.endOfSequence == nil && tokenizer.chatTemplateSource == nil)
  }

  @Test("The configuration names the sequence's ends as text or as objects, and the chat template")
  func configuration() throws {
    let tokenizer = try load([
      "tokenizer_config.json":
        #"{"bos_token":"a","eos_token":{"content":"b","lstrip":false},"chat_template":"{{ x }}"}"#
    ])
    #expect(tokenizer.beginOfSequence == 0x61)
    #expect(tokenizer.endOfSequence == 0x62)
    #expect(tokenizer.chatTemplateSource == "{{ x }}")
    #expect(try load(["tokenizer_config.json": #"{"bos_token":null}"#]).beginOfSequence == nil)
  }

  @Test("Of several chat templates the default one counts, and a separate file counts most")
  func chatTemplates() throws {
    let config = #"{"chat_template":[{"name":"tool_use","template":"T"},{"name":"default","template":"D"}]}"#
    #expect(try load(["tokenizer_config.json": config]).chatTemplateSource == "D")
    #expect(try load(["tokenizer_config.json": config, "chat_template.jinja": "F\n"]).chatTemplateSource == "F\n")
    #expect(try load(["tokenizer_config.json": #"{"chat_template":[]}"#]).chatTemplateSource == nil)
    #expect(try load(["tokenizer_config.json": config]).toolTemplateSource == "T")
    // A template in a file takes the place of the whole list; templates beside it have files of their own.
    #expect(try load(["tokenizer_config.json": config, "chat_template.jinja": "F\n"]).toolTemplateSource == nil)
    let files = ["chat_template.jinja": "F\n", "additional_chat_templates/tool_use.jinja": "U\n"]
    #expect(try load(files.merging(["tokenizer_config.json": config]) { one, _ in one }).toolTemplateSource == "U\n")
    #expect(try load(["tokenizer_config.json": #"{"chat_template":"S"}"#]).toolTemplateSource == nil)
  }

  @Test(
    "A bad configuration is refused with the field",
    arguments: [
      (#"{"eos_token":"</s>"}"#, "eos_token"), (#"{"bos_token":7}"#, "bos_token"),
      (#"{"bos_token":{"id":1}}"#, "bos_token.content"), (#"{"chat_template":7}"#, "chat_template"),
      (#"{"chat_template":[7]}"#, "chat_template[0]"),
    ])
  func badConfiguration(_ config: String, _ field: String) {
    let error = #expect(throws: TokenizerError.self) { try load(["tokenizer_config.json": config]) }
    guard case .invalid(let file, .field(field, _))? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(file.hasSuffix("tokenizer_config.json"))
  }

  @Test("A missing or broken tokenizer.json is named")
  func missingFile() throws {
    let folder = URL(fileURLWithPath: "/nonexistent/model")
    #expect(throws: TokenizerError.notFound("/nonexistent/model/tokenizer.json")) { try Tokenizer(contentsOf: folder) }
    let error = #expect(throws: TokenizerError.self) { try load(["tokenizer.json": "{\n  \"model\": }"]) }
    #expect(error?.description.contains("tokenizer.json: not valid JSON: unexpected '}' at line 2, column 12") == true)
  }
}
