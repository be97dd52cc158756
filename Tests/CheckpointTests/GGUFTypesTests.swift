import Foundation
import JSON
import TestSupport
import Testing

@testable import Checkpoint

/// Values are those of the gguf package: `Fixtures/gguf-golden.json`, made by
/// `python Conformance/make-gguf-golden.py > Fixtures/gguf-golden.json`.
@Suite("GGUF tensor types")
struct GGUFTypesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func golden() throws -> [JSONValue] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/gguf-golden.json")
    return try #require(try JSONValue(parsing: Array(Data(contentsOf: url))).array)
  }

  private func tensor(_ data: [UInt8], type: UInt32, columns: Int, rows: Int = 1) throws -> GGUFTensor {
    let tensor = GGUFBuilder.Tensor(
      name: "t.weight", dimensions: [UInt64(columns), UInt64(rows)], type: type, data: data)
    let url = try folder.write(GGUFBuilder(tensors: [tensor]).built, to: "t.gguf")
    return try #require(try GGUFFile(contentsOf: url).tensors.first)
  }

  /// The tensor as an import keeps it, read back.
  private func imported(_ tensor: GGUFTensor, _ form: ImportedForm) throws -> LayerWeight {
    let step = ImportPlan.Step(tensor: tensor, name: "t.weight", rotaryDimension: nil, offset: 0, form: form)
    let url = folder("w.safetensors")
    try? FileManager.default.removeItem(at: url)
    let writer = try SafetensorsWriter(creating: url, entries: TensorConverter(step: step).entries)
    try TensorConverter(step: step).write(to: writer)
    try writer.finish()
    let layers = LayerTable(
      folder: folder.url, tensors: try SafetensorsFile(contentsOf: url).tensors,
      quantization: form.format.map { QuantizationConfig(default: $0) })
    return try layers.weight(of: "t")
  }

  private static let storages: [String: String] = [
    "F16": "F16", "BF16": "BF16", "Q4_0": "affine 4-bit g32, F16 scales", "Q4_1": "affine 4-bit g32, F16 scales",
    "Q5_0": "affine 5-bit g32, F16 scales", "Q5_1": "affine 5-bit g32, F16 scales",
    "Q8_0": "affine 8-bit g32, F16 scales", "Q4_K": "affine 4-bit g32, F32 scales",
    "Q5_K": "affine 5-bit g32, F32 scales", "Q6_K": "BF16", "MXFP4": "mxfp4 4-bit g32",
  ]

  @Test("Every type has the values of the gguf package, in the format that holds them or rounded to BF16")
  func values() throws {
    let cases = try golden()
    #expect(cases.count == Self.storages.count)
    for item in cases {
      let name = try #require(item["type"]?.string)
      let expected = try item.bits("values", UInt32.self).map { Float(bitPattern: $0) }
      let number = UInt32(try #require(item["number"]?.integer))
      let tensor = try tensor(item.bits("data", UInt8.self), type: number, columns: expected.count)
      let form = try ImportedForm(of: tensor, floats: .BF16, offset: 0)
      #expect(form.description == Self.storages[name] && form.isExact == (name != "Q6_K"), "\(name)")
      let rounded = expected.map { form.isExact ? $0 : FloatStorage.round($0, to: .BF16) }
      #expect(try imported(tensor, form).values == rounded, "\(name)")
      if name != "MXFP4" {
        var row = [Float](repeating: 0, count: expected.count)
        tensor.copyRow(0, into: &row)
        #expect(row == expected, "\(name)")
      }
    }
  }

  @Test("Q6_K is exact where neighbouring groups share their scales, Q4_K has half-precision scales where they fit")
  func luckyScales() throws {
    for item in try golden() {
      guard let name = item["type"]?.string, let number = item["number"]?.integer else { continue }
      var data = try item.bits("data", UInt8.self)
      switch name {
      case "Q6_K":
        for block in [0, 210] { for pair in 0..<8 { data[block + 193 + 2 * pair] = data[block + 192 + 2 * pair] } }
      case "Q4_K":
        for block in [0, 144] {
          data.replaceSubrange(block..<block + 4, with: bytes(HalfPrecision.half(0.5), HalfPrecision.half(0.25)))
        }
      default: continue
      }
      let tensor = try tensor(data, type: UInt32(number), columns: 512)
      let form = try ImportedForm(of: tensor, floats: .BF16, offset: 0)
      #expect(form.isExact)
      if name == "Q4_K" { #expect(form.description == "affine 4-bit g32, F16 scales") }
      if name == "Q6_K" { #expect(form.format == QuantizationFormat(bits: 6, groupSize: 32)) }
      var row = [Float](repeating: 0, count: 512)
      tensor.copyRow(0, into: &row)
      #expect(try imported(tensor, form).values == row)
    }
  }

  @Test("A scale that is not finite is refused with its row")
  func refusesInfinity() throws {
    let block = [UInt8](repeating: 1, count: 17)
    var broken = block
    broken[0] = 255
    let tensor = try tensor(block + broken, type: 39, columns: 32, rows: 2)
    #expect(
      throws: GGUFProblem.badTensor("t.weight", problem: "holds a scale in row 1 that is not finite as F32")
    ) { try ImportedForm(of: tensor, floats: .BF16, offset: 0) }
  }
}
