import Checkpoint
import Foundation
import TestSupport
import Testing

@testable import NativeEngine

/// What `FamilyTests` do not see: what latent attention remembers, and how its matrices are named.
@Suite("Latent attention", .enabled(if: !FamilyGolden.latent.isEmpty, "make families makes the checkpoints"))
struct LatentAttentionTests {
  @Test("A token leaves one latent and one rotated key in each layer", arguments: FamilyGolden.latent)
  func cacheSize(golden: FamilyGolden) throws {
    let session = try golden.session()
    let fields = session.config.fields
    let row = try fields.size("kv_lora_rank", upTo: 1024) + fields.size("qk_rope_head_dim", upTo: 1024)
    #expect(session.cacheBytesPerToken == session.config.layerCount * row * 4)
    #expect(
      SequenceMemory(of: golden.folder)?.bytesPerToken(elementBytes: 4) == session.cacheBytesPerToken)
  }

  @Test(
    "Every matrix of attention is a slot, and inputs that all heads share are observed", arguments: FamilyGolden.latent)
  func slots(golden: FamilyGolden) throws {
    let model = try LayerwiseModel(try ModelFolder(contentsOf: golden.folder), threads: 1, sequenceLength: 64)
    let names = model.slots.compactMap { slot -> String? in
      guard case .layer(0, _) = slot.place, slot.path.contains(".self_attn.") else { return nil }
      return slot.path.split(separator: ".").last.map(String.init)
    }
    let queries = names.contains("q_proj") ? ["q_proj"] : ["q_a_proj", "q_b_proj"]
    #expect(names == queries + ["kv_a_proj_with_mqa", "embed_q", "unembed_out", "o_proj"])
    var seen: [ActivationPoint: Int] = [:]
    _ = model.run(0..<1, on: try model.embed(Array(golden.prompt.prefix(50)))) { seen[$0] = $1.features }
    for slot in model.slots {
      guard case .layer(0, let input) = slot.place, input != .headInput else { continue }
      #expect(seen[input] == model.shape(of: slot).columns, "\(slot.path)")
    }
  }

  @Test("Half-precision rows change logits little")
  func halfPrecision() throws {
    let golden = try #require(FamilyGolden.latent.first)
    let session = try Session(
      try ModelFolder(contentsOf: golden.folder),
      options: .init(
        threads: 1, contextLength: 1024, cachePrecision: .float16, activationPrecision: .float32))
    _ = try session.prefill(golden.prompt.dropLast())
    let last = Array(try session.decode(golden.prompt[golden.prompt.count - 1]))
    #expect(largestDifference(last, golden.last.map(Float.init)) < 0.02)
  }

  /// Folders that older versions of mlx-lm made hold what expands latents in one matrix per layer.
  @Test("A folder whose heads' matrices stand joined computes the same bits", arguments: FamilyGolden.unquantizedLatent)
  func joined(golden: FamilyGolden) throws {
    let source = try ModelFolder(contentsOf: golden.folder)
    let fields = source.config.fields
    let heads = source.config.attentionHeadCount
    let rank = try fields.size("kv_lora_rank", upTo: 1024)
    let (plain, value) = (
      try fields.size("qk_nope_head_dim", upTo: 1024), try fields.size("v_head_dim", upTo: 1024)
    )
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(at: golden.folder.appendingPathComponent("config.json"), to: folder("config.json"))
    let paths = (0..<source.config.layerCount).map { "model.layers.\($0).self_attn" }
    let taken = Set(paths.flatMap { ["\($0).embed_q.weight", "\($0).unembed_out.weight"] })
    let kept = source.tensors.values.filter { !taken.contains($0.name) }
    let shape = [heads * (plain + value), rank]
    let writer = try SafetensorsWriter(
      creating: folder("model.safetensors"),
      entries: kept.map { .init(name: $0.name, type: $0.type, shape: $0.shape) }
        + paths.map { .init(name: "\($0).kv_b_proj.weight", type: .BF16, shape: shape) })
    for tensor in kept { try writer.write(tensor.bytes, to: tensor.name) }
    for path in paths {
      let keys = [UInt16](try source.tensor("\(path).embed_q.weight").bytes.bindMemory(to: UInt16.self))
      let values = [UInt16](try source.tensor("\(path).unembed_out.weight").bytes.bindMemory(to: UInt16.self))
      let joint = (0..<heads).flatMap { head -> [UInt16] in
        (0..<plain).flatMap { feature in (0..<rank).map { keys[(head * rank + $0) * plain + feature] } }
          + values[head * value * rank..<(head + 1) * value * rank]
      }
      try joint.withUnsafeBytes { try writer.write($0, to: "\(path).kv_b_proj.weight") }
    }
    try writer.finish()
    let own = try golden.session()
    let session = try Session(
      try ModelFolder(contentsOf: folder.url),
      options: .init(threads: 1, contextLength: 1024, activationPrecision: .float32))
    let prompt = golden.prompt.prefix(100)
    #expect(Array(try session.prefill(prompt)) == Array(try own.prefill(prompt)))
    #expect(session.weightBytesPerToken == own.weightBytesPerToken)
  }
}

extension FamilyGolden {
  fileprivate static let latent = known.filter { LatentFamily.modelTypes.contains($0.family) }
  /// None where only the quick checkpoints were made.
  fileprivate static let unquantizedLatent = latent.filter { $0.name == "base-bf16" }
}
