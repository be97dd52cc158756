import JSON
import Testing

@testable import Checkpoint

@Suite("Microscaling quantization equals mx.quantize")
struct MicroscalingQuantizerTests {
  @Test("Codes and scales are equal for every mode and type", arguments: ["F32", "F16", "BF16"])
  func equalsGolden(typeName: String) throws {
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
}
