import TestSupport
import Foundation
import JSON
import Testing

@testable import Checkpoint

@Suite("Safetensors files")
struct SafetensorsFileTests {
  @Test("Tensors, shapes and metadata are read")
  func readsTensors() throws {
    let folder = try TemporaryFolder()
    let header = #"""
      {"__metadata__":{"format":"mlx"},"b":{"dtype":"U8","shape":[],"data_offsets":[8,9]},
      "a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}
      """#
    let file = try SafetensorsFile(
      contentsOf: try folder.write(safetensors(header, data: bytes([Float(1), -2]) + [7]), to: "f"))
    #expect(file.metadata.map(\.name) == ["format"])
    let tensor = try #require(file.tensors["a"])
    #expect(tensor.shape == [1, 2] && tensor.type == .F32 && tensor.elementCount == 2)
    #expect(LayerWeight.plain(tensor).values == [1, -2])
    #expect(file.tensors["b"]?.elementCount == 1)
  }

  @Test("What is written is read back, aligned to its elements")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("f.safetensors")
    let writer = try SafetensorsWriter(
      creating: url,
      entries: [.init(name: "half", type: .F16, shape: [3]), .init(name: "word", type: .U32, shape: [2])])
    try writer.write([UInt16(1), 2, 3], to: "half")
    try writer.write([UInt32(4), 5], to: "word")
    try writer.finish()
    let file = try SafetensorsFile(contentsOf: url)
    #expect(file.tensors["half"]?.elements(UInt16.self) == [1, 2, 3])
    #expect(file.tensors["word"]?.elements(UInt32.self) == [4, 5])
    #expect(file.tensors.values.allSatisfy { $0.isAligned })
  }

  @Test("A writer refuses a wrong size, an unknown name, a second write and an unfinished file")
  func writerChecks() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("f.safetensors")
    let writer = try SafetensorsWriter(creating: url, entries: [.init(name: "a", type: .U8, shape: [2])])
    #expect(throws: CheckpointError.self) { try writer.write([UInt8(1)], to: "a") }
    #expect(throws: CheckpointError.self) { try writer.write([UInt8(1)], to: "b") }
    #expect(throws: CheckpointError.tensor("a", file: url.path, problem: "was never written")) { try writer.finish() }
    try writer.write([UInt8(1), 2], to: "a")
    #expect(throws: CheckpointError.self) { try writer.write([UInt8(1), 2], to: "a") }
    try writer.finish()
  }

  struct Hostile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let file: [UInt8]
    let problem: SafetensorsProblem

    init(_ description: String, _ header: String, data: Int = 0, _ problem: SafetensorsProblem) {
      self.init(description, file: safetensors(header, data: [UInt8](repeating: 0, count: data)), problem)
    }

    init(_ description: String, file: [UInt8], _ problem: SafetensorsProblem) {
      (testDescription, self.file, self.problem) = (description, file, problem)
    }
  }

  static func tensor(_ shape: String, _ offsets: String, type: String = "U8") -> String {
    #"{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  static let hostile: [Hostile] = [
    Hostile("an empty file", file: [], .truncated(fileSize: 0)),
    Hostile("seven bytes", file: [1, 2, 3, 4, 5, 6, 7], .truncated(fileSize: 7)),
    Hostile("a header beyond the file", file: bytes(UInt64(9)) + [0x7B], .headerTooLong(length: 9, fileSize: 9)),
    Hostile("a header of 2^64 bytes", file: bytes(UInt64.max), .headerTooLong(length: .max, fileSize: 8)),
    Hostile("an array as header", "[]", .headerNotObject),
    Hostile("metadata that is no text", #"{"__metadata__":{"a":1}}"#, .metadataNotStrings),
    Hostile("no dtype", #"{"a":{"shape":[],"data_offsets":[0,1]}}"#, data: 1, .badField(tensor: "a", field: "dtype")),
    Hostile(
      "an unknown dtype", #"{"a":\#(tensor("[1]", "[0,1]", type: "F8_E4M3"))}"#, data: 1,
      .unknownType(tensor: "a", type: "F8_E4M3")),
    Hostile("a negative size", #"{"a":\#(tensor("[-1]", "[0,1]"))}"#, data: 1, .badField(tensor: "a", field: "shape")),
    Hostile(
      "a fractional size", #"{"a":\#(tensor("[1.5]", "[0,1]"))}"#, data: 1, .badField(tensor: "a", field: "shape")),
    Hostile(
      "three offsets", #"{"a":\#(tensor("[1]", "[0,1,2]"))}"#, data: 1, .badField(tensor: "a", field: "data_offsets")),
    Hostile(
      "an overflowing shape", #"{"a":\#(tensor("[4294967296,4294967296]", "[0,1]"))}"#, data: 1,
      .shapeOverflow(tensor: "a", shape: [1 << 32, 1 << 32])),
    Hostile(
      "offsets beyond the data", #"{"a":\#(tensor("[2]", "[0,2]"))}"#, data: 1,
      .outOfRange(tensor: "a", start: 0, end: 2, dataSize: 1)),
    Hostile(
      "offsets in reverse", #"{"a":\#(tensor("[1]", "[1,0]"))}"#, data: 1,
      .outOfRange(tensor: "a", start: 1, end: 0, dataSize: 1)),
    Hostile(
      "a size that is not shape times width", #"{"a":\#(tensor("[1]", "[0,2]"))}"#, data: 2,
      .sizeMismatch(tensor: "a", expected: 1, found: 2)),
    Hostile(
      "overlapping tensors", #"{"a":\#(tensor("[2]", "[0,2]")),"b":\#(tensor("[2]", "[1,3]"))}"#, data: 3,
      .overlap("a", "b")),
    Hostile(
      "a hole", #"{"a":\#(tensor("[1]", "[0,1]")),"b":\#(tensor("[1]", "[2,3]"))}"#, data: 3,
      .gap(offset: 1, before: "b")),
    Hostile("bytes that belong to no tensor", #"{"a":\#(tensor("[1]", "[0,1]"))}"#, data: 3, .trailingBytes(count: 2)),
  ]

  @Test("A malformed file is refused with what is wrong", arguments: hostile)
  func refuses(hostile: Hostile) throws {
    let folder = try TemporaryFolder()
    let url = try folder.write(hostile.file, to: "f")
    #expect(throws: CheckpointError.safetensors(file: url.path, hostile.problem)) {
      _ = try SafetensorsFile(contentsOf: url)
    }
  }

  @Test("A header that is not JSON, or names a tensor twice, is refused", arguments: ["{", #"{"a":1,"a":1}"#, "{}x"])
  func refusesJSON(header: String) throws {
    let folder = try TemporaryFolder()
    let url = try folder.write(safetensors(header), to: "f")
    let error = #expect(throws: CheckpointError.self) { _ = try SafetensorsFile(contentsOf: url) }
    guard case .safetensors(_, .headerNotJSON) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
  }

  @Test("A missing file and a folder are refused by name")
  func refusesPaths() throws {
    let folder = try TemporaryFolder()
    let missing = folder.url.appendingPathComponent("none")
    #expect(throws: CheckpointError.notFound(missing.path)) { _ = try SafetensorsFile(contentsOf: missing) }
    #expect(throws: CheckpointError.unreadable(folder.url.path, reason: "not a regular file")) {
      _ = try SafetensorsFile(contentsOf: folder.url)
    }
  }

  @Test("NaN and infinity are found with their index", arguments: [TensorType.F16, .BF16, .F32])
  func findsNonFinite(type: TensorType) throws {
    let folder = try TemporaryFolder()
    for (value, name) in [(Float.nan, "nan"), (-.infinity, "infinity"), (1, "one")] {
      let url = folder.url.appendingPathComponent("\(name).safetensors")
      let writer = try SafetensorsWriter(creating: url, entries: [.init(name: "w", type: type, shape: [5000])])
      var data = [UInt8](repeating: 0, count: 5000 * type.byteWidth)
      data.withUnsafeMutableBytes { buffer in
        if let base = buffer.baseAddress { FloatStorage.store(value, as: type, at: 4321, in: base) }
      }
      try writer.write(data, to: "w")
      try writer.finish()
      let tensor = try #require(try SafetensorsFile(contentsOf: url).tensors["w"])
      if name == "one" {
        try tensor.validateFinite()
      } else {
        #expect(throws: CheckpointError.notFinite(tensor: "w", file: url.path, index: 4321)) {
          try tensor.validateFinite()
        }
      }
    }
  }
}
