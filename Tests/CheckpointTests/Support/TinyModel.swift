import TestSupport
import Foundation

@testable import Checkpoint

/// A folder with a small configuration and whatever tensors a test needs.
enum TinyModel {
  static let config = """
    {"model_type":"llama","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":4,"num_key_value_heads":2,\
    "intermediate_size":96,"vocab_size":6,"rms_norm_eps":1e-5,"max_position_embeddings":128,"torch_dtype":"float16"}
    """

  /// Writes `config.json` and a weight file with a linear layer, one whose rows are no multiple of 64, and a norm.
  static func write(to folder: TemporaryFolder, type: TensorType = .F16) throws {
    try folder.write(config, to: "config.json")
    try folder.write("{\"tokens\":[]}", to: "tokenizer.json")
    let shapes = ["norm.weight": [64], "odd.weight": [3, 96], "up.weight": [5, 128]]
    let writer = try SafetensorsWriter(
      creating: folder.url.appendingPathComponent("model.safetensors"),
      entries: shapes.map { .init(name: $0.key, type: type, shape: $0.value) })
    var random = TestRandom()
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      var data = [UInt8](repeating: 0, count: shape.reduce(type.byteWidth, *))
      data.withUnsafeMutableBytes { buffer in
        guard let base = buffer.baseAddress else { return }
        for i in 0..<shape.reduce(1, *) { FloatStorage.store(random.float(), as: type, at: i, in: base) }
      }
      try writer.write(data, to: name)
    }
    try writer.finish()
  }
}
