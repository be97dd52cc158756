import TestSupport
import JSON
import Testing

@testable import Checkpoint

@Suite("Quantization equals mx.quantize")
struct QuantizerTests {
  @Test("Affine codes, scales and biases are equal for every width, group and type", arguments: ["F32", "F16", "BF16"])
  func affine(typeName: String) throws {
    let golden = try Golden()
    let type = try #require(TensorType(rawValue: typeName))
    let section = try #require(try golden.cases("affine").first { $0["type"]?.string == typeName })
    let folder = try TemporaryFolder()
    let weight = try golden.weight(of: section, type, in: folder)
    let cases = try #require(section["cases"]?.array)
    #expect(cases.count == 18)
    for golden in cases {
      let format = try #require(
        QuantizationFormat(bits: golden["bits"]?.integer ?? 0, groupSize: golden["group_size"]?.integer ?? 0))
      let parts = try LayerConverter(weight: weight, type: type, name: "w", file: "f").quantized(format)
      try #expect(parts.codes == bytes(golden.bits("codes", UInt32.self)), "\(format)")
      if type == .F32 {
        try #expect(parts.scales == bytes(golden.bits("scales", UInt32.self)), "\(format)")
        try #expect(parts.biases == bytes(golden.bits("biases", UInt32.self)), "\(format)")
      } else {
        try #expect(parts.scales == bytes(golden.bits("scales", UInt16.self)), "\(format)")
        try #expect(parts.biases == bytes(golden.bits("biases", UInt16.self)), "\(format)")
      }
    }
  }

  @Test("Microscaling codes and scales are equal for every mode and type", arguments: ["F32", "F16", "BF16"])
  func microscaling(typeName: String) throws {
    let golden = try Golden()
    let type = try #require(TensorType(rawValue: typeName))
    let section = try #require(try golden.cases("microscaling_quantized").first { $0["type"]?.string == typeName })
    let rows = try #require(section["rows"]?.integer)
    let folder = try TemporaryFolder()
    let weight = try golden.weight(of: section, type, in: folder)
    for golden in try #require(section["cases"]?.array) {
      let mode = try #require(QuantizationFormat.Mode(rawValue: golden["mode"]?.string ?? ""))
      let format = try #require(
        QuantizationFormat(bits: mode == .mxfp8 ? 8 : 4, groupSize: mode == .nvfp4 ? 16 : 32, mode: mode))
      let parts = try LayerConverter(weight: weight, type: type, name: "w", file: "f").quantized(format)
      try #expect(parts.scales == golden.bits("scales", UInt8.self), "\(mode)")
      let codes = bytes(try golden.bits("codes", UInt32.self))
      let width = codes.count / rows
      let different = (0..<rows).filter {
        codes[$0 * width..<($0 + 1) * width] != parts.codes[$0 * width..<($0 + 1) * width]
      }
      #expect(different.isEmpty, "rows of \(mode)")
      #expect(parts.biases.isEmpty)
    }
  }

  @Test("A weight that is not finite is refused with its row", arguments: [Float.nan, .infinity, 70_000])
  func refusesNonFinite(value: Float) throws {
    let folder = try TemporaryFolder()
    var values = [Float](repeating: 1, count: 64)
    values[40] = value
    let file = try folder.write(
      safetensors(#"{"w":{"dtype":"F32","shape":[2,32],"data_offsets":[0,256]}}"#, data: bytes(values)), to: "w")
    let tensor = try #require(try SafetensorsFile(contentsOf: file).tensors["w"])
    let converter = LayerConverter(weight: .plain(tensor), type: .F16, name: "w", file: "f")
    #expect(throws: CheckpointError.tensor("w", file: "f", problem: "holds a value in row 1 that is not finite as F16"))
    {
      _ = try converter.floats()
    }
  }
}
