import Foundation
import JSON
import TestSupport
import Testing

@testable import Checkpoint

/// What mlx-lm 0.32.2 holds for a model: the contents of `Fixtures/memory-golden.json`, made by
/// `python Conformance/make-memory-golden.py > Fixtures/memory-golden.json`.
struct MemoryGolden: Sendable, CustomTestStringConvertible {
  let name: String
  let config: JSONValue
  let parameters: Int
  let activeParameters: Int
  let bytesPerToken: Int
  /// Bytes that a sequence of that many tokens takes in mlx-lm's caches, in single precision.
  let caches: [(tokens: Int, bytes: Int)]
  private let quantization: JSONValue?
  private let tensors: [Tensor]

  private struct Tensor {
    let name: String
    let type: TensorType
    let shape: [Int]
    let offset: Int
    let byteCount: Int
  }

  var testDescription: String { name }

  static let all = (try? read()) ?? []

  private static func read() throws -> [MemoryGolden] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/memory-golden.json")
    let golden = try JSONValue(parsing: Array(Data(contentsOf: url)))
    let tokens = try #require(golden["tokens"]?.array).compactMap(\.integer)
    return try #require(golden["models"]?.object).members.map { try MemoryGolden($0.name, $0.value, tokens) }
  }

  private init(_ name: String, _ golden: JSONValue, _ tokens: [Int]) throws {
    self.name = name
    config = try #require(golden["config"])
    parameters = try #require(golden["parameters"]?.integer)
    activeParameters = try #require(golden["active_parameters"]?.integer)
    bytesPerToken = try #require(golden["bytes_per_token"]?.integer)
    caches = zip(tokens, try #require(golden["bytes"]?.array).compactMap(\.integer)).map { ($0, $1) }
    quantization = golden["quantization"]
    var tensors: [Tensor] = []
    var offset = 0
    // Layers with the same shapes share an entry.
    for entry in try #require(golden["tensors"]?.array).compactMap(\.array) {
      let pattern = try #require(entry[0].string)
      let type = try #require(entry[1].string.flatMap(TensorType.init))
      let shape = try #require(entry[2].array).compactMap(\.integer)
      let layers = try #require(entry[3].array).compactMap(\.integer)
      let byteCount = shape.reduce(type.byteWidth, *)
      for layer in layers.isEmpty ? [0] : layers {
        let name = pattern.replacingOccurrences(of: "*", with: String(layer))
        tensors.append(Tensor(name: name, type: type, shape: shape, offset: offset, byteCount: byteCount))
        offset += byteCount
      }
    }
    self.tensors = tensors
  }

  /// Writes the model's folder, with a weight file of its size that takes no room: all of its data is a hole.
  func write(to folder: TemporaryFolder) throws {
    var config = try #require(config.object)
    config["quantization"] = quantization
    try folder.write(JSONValue.object(config).serialized(), to: "config.json")
    let members = tensors.map { tensor -> (String, JSONValue) in
      let offsets: JSONValue = [.integer(tensor.offset), .integer(tensor.offset + tensor.byteCount)]
      let shape = JSONValue.array(tensor.shape.map { .integer($0) })
      return (tensor.name, ["dtype": .string(tensor.type.rawValue), "shape": shape, "data_offsets": offsets])
    }
    let header = safetensors(JSONValue.object(JSONObject(members)).serialized())
    let file = try folder.write(header, to: "model.safetensors")
    let handle = try FileHandle(forWritingTo: file)
    let size = tensors.reduce(header.count) { $0 + $1.byteCount }
    try handle.truncate(atOffset: UInt64(size))
    try handle.close()
  }
}
