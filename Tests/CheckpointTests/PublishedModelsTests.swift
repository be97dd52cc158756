import TestSupport
import Testing

@testable import Checkpoint

/// Folders as large as published models, with tensors named and shaped as mlx-lm stores them.
@Suite("Inspection of published models")
struct PublishedModelsTests {
  @Test("Parameters and bytes, in all and per token, are those of mlx-lm's modules", arguments: MemoryGolden.all)
  func counts(golden: MemoryGolden) throws {
    let folder = try TemporaryFolder()
    try golden.write(to: folder)
    let inspection = try ModelInspection(contentsOf: folder.url, hashes: false)
    // State-space models state the number of layers by their pattern alone, which the engine does not read.
    #expect(inspection.problems.allSatisfy { $0.contains("\"num_hidden_layers\" is missing") })
    #expect(inspection.parameterCount == golden.parameters)
    #expect(inspection.activeParameterCount == golden.activeParameters)
    #expect(inspection.byteCountPerToken == golden.bytesPerToken)
    #expect(inspection.memory == (try SequenceMemory(parsing: golden.config)))
  }

  /// In billions, as their makers state them. Qwen counts both embeddings as active, the others the output layer only.
  @Test(
    "Known sizes are found",
    arguments: [
      ("Qwen3-30B-A3B", 30.5, 3.3 - 0.3), ("gpt-oss-20b", 20.9, 3.6), ("gemma-3-4b-it", 3.9, 3.9),
      ("gemma-4-E2B-it", 4.6, 2.3), ("gemma-4-26B-A4B-it", 25.2, 3.8), ("Qwen3-Next-80B-A3B-Instruct", 79.7, 3.9 - 0.3),
      ("Qwen3.5-35B-A3B", 34.7, 3.0),
    ])
  func sizes(name: String, total: Double, active: Double) throws {
    let golden = try #require(MemoryGolden.all.first { $0.name == name })
    #expect(abs(Double(golden.parameters) / 1e9 - total) < 0.06)
    #expect(abs(Double(golden.activeParameters) / 1e9 - active) < 0.06)
  }

  @Test("Memory is described by what grows, what is bounded and what is constant")
  func describesMemory() throws {
    func table(_ name: String) throws -> String {
      let folder = try TemporaryFolder()
      try #require(MemoryGolden.all.first { $0.name == name }).write(to: folder)
      return try ModelInspection(contentsOf: folder.url, hashes: false).table
    }
    let hybrid = try table("Qwen3-Next-80B-A3B-Instruct")
    #expect(hybrid.contains("49152 bytes fp32, 24576 bytes fp16"))
    #expect(hybrid.contains("12 grow with every token, 36 keep a state"))
    #expect(hybrid.contains("79036416 bytes, whatever the context"))
    let windows = try table("gpt-oss-20b")
    #expect(windows.contains("12 grow with every token, 12 keep a window"))
    #expect(windows.contains("\(12 * 128 * 2 * 8 * 64 * 4) bytes fp32"))
    let shared = try table("gemma-4-E2B-it")
    #expect(shared.contains("3 grow with every token, 12 keep a window, 20 keep nothing of their own"))
    #expect(try !table("Qwen3-30B-A3B").contains("layers by memory"))
  }
}
