import JSON
import TestSupport
import Testing

@testable import Checkpoint

@Suite("Norms that multiply with 1 + w")
struct NormConventionTests {
  private static let names = ["input_layernorm", "post_attention_layernorm", "self_attn.q_norm", "self_attn.k_norm"]

  /// A folder of two layers with norms around `center`, and a last norm of another size.
  private func folder(_ modelType: String, center: Float, spread: Float = 0.3) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var config = try #require(try JSONValue(parsing: TinyModel.config).object)
    config["model_type"] = .string(modelType)
    try folder.write(JSONValue.object(config).serialized(), to: "config.json")
    let names = (0..<2).flatMap { layer in Self.names.map { "model.layers.\(layer).\($0).weight" } }
    let entries = (names + ["model.norm.weight", "mtp.layers.0.input_layernorm.weight"]).map {
      SafetensorsWriter.Entry(name: $0, type: .F32, shape: [64])
    }
    let writer = try SafetensorsWriter(creating: folder("model.safetensors"), entries: entries)
    var random = TestRandom()
    for entry in entries {
      let middle: Float = entry.name.hasPrefix("model.layers") ? center : 8
      try writer.write(bytes((0..<64).map { _ in middle + spread * random.float() }), to: entry.name)
    }
    try writer.finish()
    return folder
  }

  @Test(
    "Norms that a converter shifted twice are named, at load and by inspection",
    arguments: ["qwen3_next", "qwen3_5", "qwen3_5_moe"])
  func shiftedTwice(modelType: String) throws {
    let folder = try folder(modelType, center: 2)
    let warnings = try ModelFolder(contentsOf: folder.url).warnings
    guard case .shiftedNorms(let name, let mean, count: 8) = try #require(warnings.first) else {
      Issue.record("\(warnings)")
      return
    }
    #expect(name.hasPrefix("model.layers.") && abs(mean - 2) < 0.1)
    let table = try ModelInspection(contentsOf: folder.url, hashes: false).table
    #expect(table.contains("warning") && table.contains(name) && table.contains("added 1 to them twice"))
  }

  @Test("Norms to which no converter has added 1 are named, also where the folder cannot be loaded")
  func unshifted() throws {
    let folder = try folder("qwen3_next", center: -0.02)
    let warnings = try ModelFolder(contentsOf: folder.url).warnings
    guard case .unshiftedNorms = try #require(warnings.first) else {
      Issue.record("\(warnings)")
      return
    }
    try folder.write(#"{"model_type":"qwen3_next"}"#, to: "config.json")
    #expect(try ModelInspection(contentsOf: folder.url, hashes: false).warnings == warnings)
  }

  @Test("Gemma keeps w, which is negative here and there; a folder without such a number holds 1 + w")
  func gemma() throws {
    let (published, shifted) = (
      try folder("gemma3_text", center: 3, spread: 4), try folder("gemma3_text", center: 4.1, spread: 4)
    )
    #expect(try ModelFolder(contentsOf: published.url).warnings.isEmpty)
    let warnings = try ModelFolder(contentsOf: shifted.url).warnings
    guard case .shiftedNorms(_, _, count: 8) = try #require(warnings.first) else {
      Issue.record("\(warnings)")
      return
    }
  }

  @Test(
    "Norms as their family stores them pass, and so do those of a family that never shifts them",
    arguments: [("qwen3_next", Float(1)), ("qwen3_5", 0.94), ("gemma3_text", 0), ("gemma3", 0.2), ("llama", 2)])
  func passes(modelType: String, center: Float) throws {
    let folder = try folder(modelType, center: center)
    #expect(try ModelFolder(contentsOf: folder.url).warnings.isEmpty)
  }
}
