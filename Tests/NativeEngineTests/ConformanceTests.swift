import Checkpoint
import Foundation
import JSON
import TestSupport
import Testing

@testable import NativeEngine

/// Against mlx-lm 0.32.2 in float32 on the same folders; Golden/mlx-lm.json was written by
/// `scripts/conformance.py --golden Tests/NativeEngineTests/Golden/mlx-lm.json .build/release/resident
/// .resident/models/smollm2-135m .resident/models/smollm2-135m-4bit-g64`.
@Suite("Conformance with mlx-lm")
struct ConformanceTests {
  static let models = [TestModels.imported, TestModels.uniform]

  private func golden(_ model: URL) throws -> JSONValue {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/mlx-lm.json")
    return try #require(try JSONValue(parsing: Data(contentsOf: file))[model.lastPathComponent])
  }

  @Test("Greedy tokens of five prompts are equal", arguments: models)
  func greedy(model url: URL) throws {
    let model = try LanguageModel(contentsOf: url, options: .init(threads: 1, contextLength: 256))
    let cases = try #require(try golden(url)["greedy"]?.array)
    #expect(cases.count == 5)
    for expected in cases {
      let prompt = model.tokenizer.encode(try #require(expected["prompt"]?.string), addSpecialTokens: false)
      #expect(prompt.map { .integer(Int($0)) } == expected["prompt_tokens"]?.array)
      let tokens = try #require(expected["tokens"]?.array)
      let generation = try model.generate(prompt: prompt, maximumTokens: tokens.count, stopsAtEnd: false)
      #expect(generation.tokens.map { .integer(Int($0)) } == tokens)
    }
  }

  @Test("Logits of a text of 128 tokens differ by less than 0.02", arguments: models, [true, false])
  func logits(model url: URL, atOnce: Bool) throws {
    let session = try Session(ModelFolder(contentsOf: url), options: .init(threads: 1, contextLength: 256))
    let expected = try #require(try golden(url)["logits"])
    let tokens = try #require(expected["tokens"]?.array).compactMap { $0.integer.map(Int32.init) }
    let columns = try #require(expected["columns"]?.array).compactMap(\.integer)
    let values = try #require(expected["values"]?.array)
    let largest = try #require(expected["largest"]?.array)
    #expect(tokens.count == 128 && values.count == 128 && largest.count == 128)
    #expect(!columns.isEmpty)
    var row = 0
    func check(_ logits: Logits) throws {
      let expected = try #require(values[row].array)
      #expect(expected.count == columns.count)
      for (column, value) in zip(columns, expected) {
        #expect(abs(Double(logits[column]) - (value.number ?? .nan)) < 0.02)
      }
      let top = Sampler.likeliest(logits)
      #expect(Int(top) == largest[row].array?[0].integer)
      #expect(abs(Double(logits[Int(top)]) - (largest[row].array?[1].number ?? .nan)) < 0.02)
      row += 1
    }
    if atOnce {
      try session.logits(of: tokens, check)
    } else {
      for token in tokens { try check(session.decode(token)) }
    }
    #expect(row == 128)
  }
}
