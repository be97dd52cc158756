import Checkpoint
import Foundation
import JSON
import TestSupport
import Testing

@testable import NativeEngine

/// A mixture whose experts are all alike is the dense network, whichever of them the router picks: their weights sum to 1.
@Suite("Copied experts")
struct CopiedExpertsTests {
  private static let layerCount = 4
  private static let expertCount = 8
  private let tokens: [Int32] = (0..<100).map { Int32($0 * 613 % 49_152) }

  @Test(
    "SmolLM2 with its feed-forward copied into 8 experts equals the dense model within rounding",
    arguments: [(ActivationPrecision.float32, 1e-4 as Float), (.fixed16, 5e-3)])
  func equalsDense(precision: ActivationPrecision, limit: Float) throws {
    let source = try ModelFolder(contentsOf: TestModels.imported)
    let (dense, mixture) = (try TemporaryFolder(), try TemporaryFolder())
    try Self.write(source, to: dense, copies: nil)
    try Self.write(source, to: mixture, copies: Self.expertCount)
    func logits(_ folder: TemporaryFolder) throws -> [[Float]] {
      let options = Session.Options(contextLength: 256, activationPrecision: precision)
      let session = try Session(ModelFolder(contentsOf: folder.url), options: options)
      let prompt = Array(try session.prefill(tokens))
      return [prompt, Array(try session.decode(7)), Array(try session.decode(1001))]
    }
    for (expected, found) in zip(try logits(dense), try logits(mixture)) {
      let spread = (expected.max() ?? 0) - (expected.min() ?? 0)
      #expect(spread > 5)
      #expect(largestDifference(expected, found) < limit * spread)
    }
  }

  /// Writes the first layers of a dense model, or a Mixtral of them with each feed-forward network copied, codes and all.
  private static func write(_ source: ModelFolder, to folder: TemporaryFolder, copies: Int?) throws {
    var config = source.config.json
    config["num_hidden_layers"] = .integer(layerCount)
    if let copies {
      config["model_type"] = "mixtral"
      config["architectures"] = ["MixtralForCausalLM"]
      config["num_local_experts"] = .integer(copies)
      config["num_experts_per_tok"] = 2
    }
    try folder.write(JSONValue.object(config).serialized(), to: "config.json")
    var parts: [(name: String, tensor: TensorView, copies: Int?)] = []
    for (name, tensor) in source.tensors {
      let path = name.split(separator: ".")
      if path[1] == "layers", let layer = Int(path[2]), layer >= layerCount { continue }
      guard let copies, path.contains("mlp") else {
        parts.append((name, tensor, nil))
        continue
      }
      parts.append((name.replacingOccurrences(of: ".mlp.", with: ".block_sparse_moe.switch_mlp."), tensor, copies))
    }
    var entries = parts.map { part in
      SafetensorsWriter.Entry(
        name: part.name, type: part.tensor.type, shape: (part.copies.map { [$0] } ?? []) + part.tensor.shape)
    }
    let routers = copies == nil ? [] : (0..<layerCount).map { "model.layers.\($0).block_sparse_moe.gate.weight" }
    let routerShape = [expertCount, source.config.hiddenSize]
    entries += routers.map { .init(name: $0, type: .F32, shape: routerShape) }
    let writer = try SafetensorsWriter(creating: folder("model.safetensors"), entries: entries)
    for part in parts {
      let bytes = part.tensor.file.withBytes { _ in Array(part.tensor.bytes) }
      let copied = Array(repeatElement(bytes, count: part.copies ?? 1).joined())
      try copied.withUnsafeBytes { try writer.write($0, to: part.name) }
    }
    var random = Numbers(seed: 18)
    for name in routers {
      let weights = random.floats(routerShape.reduce(1, *), in: -1...1)
      try weights.withUnsafeBytes { try writer.write($0, to: name) }
    }
    try writer.finish()
  }
}
