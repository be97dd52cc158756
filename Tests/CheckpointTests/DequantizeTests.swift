import TestSupport
import JSON
import Testing

@testable import Checkpoint

@Suite("Dequantization equals mx.dequantize")
struct DequantizeTests {
  @Test("An affine row of any width is scale times code plus bias in single precision")
  func affine() throws {
    let golden = try Golden()
    for section in try golden.cases("affine") {
      let type = try #require(TensorType(rawValue: section["type"]?.string ?? ""))
      for item in try #require(section["cases"]?.array) where item["first_row"] != nil {
        let tensor = try tensor(item, columns: golden.columns, mode: .affine, scaleType: type)
        let expected = try item.bits("first_row", UInt32.self)
        let row = LayerWeight.quantized(tensor).values.prefix(golden.columns)
        #expect(row.map(\.bitPattern) == expected, "\(type) \(tensor.format)")
      }
    }
  }

  @Test("Every code of the microscaling floats has its value under small and large scales")
  func microscaling() throws {
    for item in try Golden().cases("microscaling") {
      let mode = try #require(QuantizationFormat.Mode(rawValue: item["mode"]?.string ?? ""))
      let expected = try item.bits("values", UInt32.self)
      let tensor = try tensor(item, columns: expected.count, mode: mode, scaleType: .U8)
      #expect(
        LayerWeight.quantized(tensor).values.map { Float(bitPattern: $0.bitPattern) }
          == expected.map { Float(bitPattern: $0) })
    }
  }

  @Test("Parts whose shapes or types do not fit are refused with the part's name")
  func refusesMisfits() throws {
    let folder = try TemporaryFolder()
    let header = #"""
      {"c":{"dtype":"U32","shape":[2,8],"data_offsets":[0,64]},"s":{"dtype":"F16","shape":[2,2],"data_offsets":[64,72]},
      "b":{"dtype":"F16","shape":[2,2],"data_offsets":[72,80]},"short":{"dtype":"F16","shape":[2,1],"data_offsets":[80,84]},
      "u":{"dtype":"U8","shape":[2,2],"data_offsets":[84,88]}}
      """#
    let file = try SafetensorsFile(
      contentsOf: try folder.write(safetensors(header, data: [UInt8](repeating: 0, count: 88)), to: "q"))
    func make(_ codes: String, _ scales: String, _ biases: String?, bits: Int = 4) throws {
      _ = try QuantizedTensor(
        codes: try #require(file.tensors[codes]), scales: try #require(file.tensors[scales]),
        biases: biases.flatMap { file.tensors[$0] },
        format: try #require(QuantizationFormat(bits: bits, groupSize: 32)))
    }
    try make("c", "s", "b")
    #expect(throws: CheckpointError.self) { try make("s", "s", "b") }
    #expect(throws: CheckpointError.self) { try make("c", "short", "short") }
    #expect(throws: CheckpointError.self) { try make("c", "s", "b", bits: 8) }
    #expect(throws: CheckpointError.self) { try make("c", "s", nil) }
    #expect(throws: CheckpointError.self) { try make("c", "s", "short") }
    #expect(throws: CheckpointError.self) { try make("c", "u", "u") }
  }

  private func tensor(
    _ item: JSONValue, columns: Int, mode: QuantizationFormat.Mode, scaleType: TensorType
  ) throws -> QuantizedTensor {
    let format = try #require(
      QuantizationFormat(bits: item["bits"]?.integer ?? 0, groupSize: item["group_size"]?.integer ?? 0, mode: mode))
    let codes = bytes(try item.bits("codes", UInt32.self))
    let rows = codes.count * 8 / format.bits / columns
    var parts = [("w.weight", codes)]
    for name in ["scales", "biases"] where item[name] != nil {
      let data =
        switch scaleType {
        case .U8: try item.bits(name, UInt8.self)
        case .F32: bytes(try item.bits(name, UInt32.self))
        default: bytes(try item.bits(name, UInt16.self))
        }
      parts.append(("w.\(name)", data))
    }
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("q.safetensors")
    let writer = try SafetensorsWriter(
      creating: url, entries: format.entries(path: "w", shape: [rows, columns], scaleType: scaleType))
    for (name, data) in parts { try writer.write(data, to: name) }
    try writer.finish()
    let file = try SafetensorsFile(contentsOf: url)
    return try QuantizedTensor(
      codes: try #require(file.tensors["w.weight"]), scales: try #require(file.tensors["w.scales"]),
      biases: file.tensors["w.biases"], format: format)
  }
}
