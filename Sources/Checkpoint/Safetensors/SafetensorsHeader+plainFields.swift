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
    var (type, shape, offsets): (TensorType?, [Int]?, (start: Int, end: Int)?)
    repeat {
      guard let name = plainString(&reader), reader.consume(UInt8(ascii: ":")) else { return nil }
      if equal(name, "dtype"), type == nil {
        guard let value = plainString(&reader) else { return nil }
        type = Self.types.first { equal(value, $0.name) }?.type
        if type == nil { return nil }
      } else if equal(name, "shape"), shape == nil {
        shape = integers(&reader)
        if shape == nil { return nil }
      } else if equal(name, "data_offsets"), offsets == nil {
        offsets = pair(&reader)
        if offsets == nil { return nil }
      } else {
        return nil
      }
    } while reader.consume(UInt8(ascii: ","))
    guard reader.consume(UInt8(ascii: "}")), let type, let shape, let offsets else { return nil }
    return (type, shape, offsets)
  }

  /// The commonest first: to make a text of a name and compare it with each takes longer than all else of a tensor.
  private static let types: [(name: StaticString, type: TensorType)] = [
    ("BF16", .BF16), ("F16", .F16), ("U32", .U32), ("F32", .F32), ("U8", .U8), ("I8", .I8), ("I32", .I32),
    ("I64", .I64),
    ("BOOL", .BOOL), ("F64", .F64), ("U16", .U16), ("I16", .I16), ("U64", .U64),
  ]

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

  /// An array of whole numbers as ``integer(_:)`` reads them.
  private static func integers(_ reader: inout JSONReader) -> [Int]? {
    guard reader.consume(UInt8(ascii: "[")) else { return nil }
    var numbers: [Int] = []
    if reader.consume(UInt8(ascii: "]")) { return numbers }
    repeat {
      guard let number = integer(&reader) else { return nil }
      numbers.append(number)
    } while reader.consume(UInt8(ascii: ","))
    return reader.consume(UInt8(ascii: "]")) ? numbers : nil
  }

  /// An array of two of them.
  private static func pair(_ reader: inout JSONReader) -> (start: Int, end: Int)? {
    guard reader.consume(UInt8(ascii: "[")), let start = integer(&reader), reader.consume(UInt8(ascii: ",")),
      let end = integer(&reader), reader.consume(UInt8(ascii: "]"))
    else { return nil }
    return (start, end)
  }

  /// A whole number from 0 of at most 18 digits, which no sum of two exceeds `Int` by.
  private static func integer(_ reader: inout JSONReader) -> Int? {
    _ = reader.peek()
    let (bytes, start) = (reader.bytes, reader.position)
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
    return value
  }
}
