import TestSupport
import Foundation
import JSON
import Testing

@testable import Checkpoint

/// The contents of `Fixtures/quantize-golden.json`, made by
/// `python Conformance/make-quantize-golden.py > Fixtures/quantize-golden.json`.
struct Golden {
  let json: JSONValue

  init() throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/quantize-golden.json")
    json = try JSONValue(parsing: Array(Data(contentsOf: url)))
  }

  var columns: Int { json["columns"]?.integer ?? 0 }

  func cases(_ section: String) throws -> [JSONValue] { try #require(json[section]?.array) }

  /// The weights that a section quantizes, read back from a file in the folder.
  func weight(of section: JSONValue, _ type: TensorType, in folder: TemporaryFolder) throws -> LayerWeight {
    let rows = try #require(section["rows"]?.integer)
    let url = folder.url.appendingPathComponent("w.safetensors")
    let entry = SafetensorsWriter.Entry(name: "w.weight", type: type, shape: [rows, columns])
    let writer = try SafetensorsWriter(creating: url, entries: [entry])
    let data =
      type == .F32 ? bytes(try section.bits("weights", UInt32.self)) : bytes(try section.bits("weights", UInt16.self))
    try writer.write(data, to: entry.name)
    try writer.finish()
    return .plain(try #require(try SafetensorsFile(contentsOf: url).tensors[entry.name]))
  }
}

extension JSONValue {
  /// The integers in a member that holds hexadecimal digits without separators.
  func bits<T: FixedWidthInteger>(_ name: String, _: T.Type) throws -> [T] {
    let digits = Array(try #require(self[name]?.string).utf8)
    let width = MemoryLayout<T>.size * 2
    return try stride(from: 0, to: digits.count, by: width).map { start in
      try #require(T(String(decoding: digits[start..<start + width], as: UTF8.self), radix: 16))
    }
  }
}
