import Foundation
import Testing

@testable import Tokenization

/// Ids that transformers 5.24 gives text, in Fixtures/llama2/classes.json; Conformance/make-class-cases.py made it.
@Suite("The tokenizer class that a configuration names")
struct LlamaTokenizerClassTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let model_type: String
      let configuration: String
      let encodings: [[TokenID]]
      let decodings: [String]
    }

    let texts: [String]
    let lists: [[TokenID]]
    let cases: [Case]
  }

  private let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/llama2")

  @Test("`legacy` and `add_prefix_space` decide about spaces where transformers takes LlamaTokenizer")
  func spaces() throws {
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: fixture.appendingPathComponent("classes.json")))
    #expect(Set(golden.cases.map(\.encodings)).count == 4)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tokenizer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(
      at: fixture.appendingPathComponent("tokenizer.json"), to: folder.appendingPathComponent("tokenizer.json"))
    for test in golden.cases {
      try Data(test.configuration.utf8).write(to: folder.appendingPathComponent("tokenizer_config.json"))
      try Data(#"{"model_type":"\#(test.model_type)"}"#.utf8).write(to: folder.appendingPathComponent("config.json"))
      let tokenizer = try Tokenizer(contentsOf: folder)
      for (text, ids) in zip(golden.texts, test.encodings) {
        #expect(tokenizer.encode(text) == ids, "\(text.debugDescription), \(test.configuration)")
      }
      for (ids, text) in zip(golden.lists, test.decodings) {
        #expect(scalars(tokenizer.decode(ids)) == scalars(text), "\(ids), \(test.configuration)")
      }
    }
  }
}
