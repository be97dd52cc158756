import Checkpoint
import Foundation
import Platform
import TestSupport
import Testing

@testable import Lanes
@testable import NativeEngine

/// On a tiny mixture of random weights, two of four experts per token.
@Suite("Tuning experts")
struct ExpertTuningTests {
  private static let (experts, hidden, width, vocabulary) = (4, 64, 64, 96)
  private static let path = "model.layers.0.block_sparse_moe.switch_mlp.down_proj"

  private func source() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      {"model_type":"mixtral","hidden_size":\(Self.hidden),"num_hidden_layers":1,"num_attention_heads":2,\
      "intermediate_size":\(Self.width),"vocab_size":\(Self.vocabulary),"rms_norm_eps":1e-5,\
      "num_local_experts":\(Self.experts),"num_experts_per_tok":2,"tie_word_embeddings":true}
      """, to: "config.json")
    let (layer, hidden, stack) = ("model.layers.0", Self.hidden, "block_sparse_moe.switch_mlp")
    var shapes = ["model.embed_tokens.weight": [Self.vocabulary, hidden], "model.norm.weight": [hidden]]
    for name in ["input_layernorm", "post_attention_layernorm"] { shapes["\(layer).\(name).weight"] = [hidden] }
    for name in ["q", "k", "v", "o"] { shapes["\(layer).self_attn.\(name)_proj.weight"] = [hidden, hidden] }
    shapes["\(layer).block_sparse_moe.gate.weight"] = [Self.experts, hidden]
    for name in ["gate", "up"] { shapes["\(layer).\(stack).\(name)_proj.weight"] = [Self.experts, Self.width, hidden] }
    shapes["\(Self.path).weight"] = [Self.experts, hidden, Self.width]
    let writer = try SafetensorsWriter(
      creating: folder("model.safetensors"),
      entries: shapes.map { .init(name: $0.key, type: .F32, shape: $0.value) })
    var random = SplitMix64(seed: 5)
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      let limit = shape.count == 1 ? 0 : 1.7 / Float(shape[shape.count - 1]).squareRoot()
      let values = (0..<shape.reduce(1, *)).map { _ in
        shape.count == 1 ? 1 : limit * (Float(random.nextUnit()) * 2 - 1)
      }
      try values.withUnsafeBytes { try writer.write($0, to: name) }
    }
    try writer.finish()
    return folder
  }

  @Test("Each expert's down projection is tuned to its own tokens, and the layer changes less than by rounding")
  func tunesExperts() throws {
    let source = try source()
    let folder = try ModelFolder(contentsOf: source.url)
    let calibration = CalibrationText((0..<512).map { Int32(($0 * 7919 + $0 / 96 * 31) % Self.vocabulary) })
    let format = try #require(QuantizationFormat(bits: 3, groupSize: 64))
    let tuner = try LayerTuner(folder, calibration: calibration, threads: 1)
    let layer = try folder.layer(Self.path)
    let tuned = try tuner.quantize(Self.path, layer, format)
    let rounded = try layer.quantized(format)
    #expect(tuned.codes.count == rounded.codes.count && tuned.biases.count == rounded.biases.count)

    let model = try LayerwiseModel(folder, threads: 1, sequenceLength: CalibrationText.sequenceLength)
    let slot = try #require(model.slots.first { $0.path == Self.path })
    let states = try calibration.sequences.map { try model.embed($0) }
    func outputs() -> [Float] { states.flatMap { model.run(0..<1, on: $0).chunks.flatMap(\.values) } }
    let expected = outputs()
    func error(_ parts: QuantizedParts) -> Float {
      let own = model[slot]
      defer { model[slot] = own }
      model[slot] = LayerwiseModel.Weights(parts, format: format, type: layer.type, shape: model.shape(of: slot))
      return zip(outputs(), expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    #expect(error(tuned) < 0.7 * error(rounded))
  }

  @Test("The inputs of an expert are those of the tokens that picked it, each token two")
  func observes() throws {
    let source = try source()
    let folder = try ModelFolder(contentsOf: source.url)
    let model = try LayerwiseModel(folder, threads: 1, sequenceLength: 512)
    var tokens = [Int](repeating: 0, count: Self.experts)
    _ = model.run(
      0..<1, on: try model.embed((0..<500).map { Int32($0 % Self.vocabulary) }),
      observeExperts: { expert, activations in
        tokens[expert] += activations.tokens
        #expect(activations.features == Self.width)
      })
    #expect(tokens.reduce(0, +) == 2 * 500 && tokens.allSatisfy { $0 > 0 })
  }

  @Test("Few tokens are mixed with noise of their strength, none are noise alone")
  func shrinks() throws {
    let source = try source()
    let model = try LayerwiseModel(ModelFolder(contentsOf: source.url), threads: 1, sequenceLength: 512)
    let moments = SecondMoments(features: Self.hidden, for: model)
    let size = Self.hidden
    #expect(moments.shrunkMeans() == (0..<size * size).map { $0 % (size + 1) == 0 ? 1 : 0 })
    _ = model.run(0..<1, on: try model.embed(Array(0..<64))) { point, activations in
      if point == .feedForwardInput { moments.add(SecondMoments.Inputs(activations), with: model) }
    }
    let (means, shrunk) = (moments.means(), moments.shrunkMeans())
    #expect(moments.tokens == 64)
    // As many tokens as features: half of each, and the same trace.
    #expect(abs(shrunk[1] - means[1] / 2) < 1e-5)
    func trace(_ matrix: [Float]) -> Float { (0..<size).reduce(0) { $0 + matrix[$1 * size + $1] } }
    #expect(abs(trace(means) - trace(shrunk)) < 1e-3 * trace(means))
  }
}
