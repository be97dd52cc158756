/// Builds the bytes of a GGUF file, right or wrong.
struct GGUFBuilder {
  struct Tensor {
    var name: String
    /// As in the file: innermost dimension first.
    var dimensions: [UInt64]
    var type: UInt32
    var data: [UInt8]
    var offset: UInt64?
  }

  var version: UInt32 = 3
  var alignment = 32
  var metadata: [(key: String, value: [UInt8])] = []
  var tensors: [Tensor] = []
  var metadataCount: UInt64?
  var tensorCount: UInt64?

  static func text(_ text: String) -> [UInt8] { bytes(UInt64(text.utf8.count)) + Array(text.utf8) }
  static func uint32(_ value: UInt32) -> [UInt8] { bytes(UInt32(4)) + bytes(value) }
  static func float(_ value: Float) -> [UInt8] { bytes(UInt32(6)) + bytes(value.bitPattern) }
  static func bool(_ value: Bool) -> [UInt8] { bytes(UInt32(7)) + [value ? 1 : 0] }
  static func string(_ value: String) -> [UInt8] { bytes(UInt32(8)) + text(value) }

  static func strings(_ values: [String]) -> [UInt8] {
    bytes(UInt32(9), UInt32(8)) + bytes(UInt64(values.count)) + values.flatMap(text)
  }

  static func integers(_ values: [Int32]) -> [UInt8] {
    bytes(UInt32(9), UInt32(5)) + bytes(UInt64(values.count)) + bytes(values)
  }

  mutating func set(_ key: String, _ value: [UInt8]?) {
    metadata.removeAll { $0.key == key }
    if let value { metadata.append((key, value)) }
  }

  var built: [UInt8] {
    var file = Array("GGUF".utf8) + bytes(version)
    file += bytes(tensorCount ?? UInt64(tensors.count), metadataCount ?? UInt64(metadata.count))
    for (key, value) in metadata { file += Self.text(key) + value }
    var data: [UInt8] = []
    for tensor in tensors {
      file += Self.text(tensor.name) + bytes(UInt32(tensor.dimensions.count)) + bytes(tensor.dimensions)
      file += bytes(tensor.type) + bytes(tensor.offset ?? UInt64(data.count))
      data += tensor.data
      while data.count % alignment != 0 { data.append(0) }
    }
    while file.count % alignment != 0 { file.append(0) }
    return file + data
  }
}
