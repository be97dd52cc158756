import JSON

extension SafetensorsHeader {
  /// Reads a tensor's description as nearly every writer has it: `dtype`, `shape` and `data_offsets`, once each and nothing
  /// else, without escapes.
  ///
  /// - Returns: Nil for any other description, at whose beginning the reader then still is.
  static func plainFields(_ reader: inout JSONReader) -> Fields? {
    let start = reader.position
    guard let fields = fields(&reader) else {
      reader.position = start
      return nil
    }
    return fields
  }

  private static func fields(_ reader: inout JSONReader) -> Fields? {
    guard reader.consume(UInt8(ascii: "{")) else { return nil }
    var (type, shape, offsets): (TensorType?, [Int]?, [Int]?)
    repeat {
      guard let name = plainString(&reader), reader.consume(UInt8(ascii: ":")) else { return nil }
      if equal(name, "dtype"), type == nil {
        guard let value = plainString(&reader) else { return nil }
        type = TensorType(rawValue: String(decoding: value, as: UTF8.self))
        if type == nil { return nil }
      } else if equal(name, "shape"), shape == nil {
        shape = integers(&reader)
        if shape == nil { return nil }
      } else if equal(name, "data_offsets"), offsets == nil {
        offsets = integers(&reader)
        if offsets?.count != 2 { return nil }
      } else {
        return nil
      }
    } while reader.consume(UInt8(ascii: ","))
    guard reader.consume(UInt8(ascii: "}")), let type, let shape, let offsets else { return nil }
    return (type, shape, offsets)
  }

  private static func equal(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, _ text: StaticString) -> Bool {
    bytes.count == text.utf8CodeUnitCount
      && bytes.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// A short string of printable ASCII without escapes.
  private static func plainString(_ reader: inout JSONReader) -> Slice<UnsafeBufferPointer<UInt8>>? {
    guard reader.consume(UInt8(ascii: "\"")) else { return nil }
    let (bytes, start) = (reader.bytes, reader.position)
    var end = start
    while end < bytes.count, end - start < 64, bytes[end] != UInt8(ascii: "\"") {
      guard (0x20..<0x7F).contains(bytes[end]), bytes[end] != UInt8(ascii: "\\") else { return nil }
      end += 1
    }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
    reader.position = end + 1
    return bytes[start..<end]
  }

  /// An array of whole numbers from 0 of at most 18 digits, which no sum of two exceeds `Int` by.
  private static func integers(_ reader: inout JSONReader) -> [Int]? {
    guard reader.consume(UInt8(ascii: "[")) else { return nil }
    var numbers: [Int] = []
    if reader.consume(UInt8(ascii: "]")) { return numbers }
    let bytes = reader.bytes
    repeat {
      _ = reader.peek()
      let start = reader.position
      var (position, value) = (start, 0)
      while position < bytes.count, (0x30...0x39).contains(bytes[position]), position - start < 18 {
        value = value * 10 + Int(bytes[position] - 0x30)
        position += 1
      }
      let hasLeadingZero = position - start > 1 && bytes[start] == UInt8(ascii: "0")
      guard position > start, !hasLeadingZero, position < bytes.count, JSONReader.endsWord(bytes[position]) else {
        return nil
      }
      reader.position = position
      numbers.append(value)
    } while reader.consume(UInt8(ascii: ","))
    return reader.consume(UInt8(ascii: "]")) ? numbers : nil
  }
}
