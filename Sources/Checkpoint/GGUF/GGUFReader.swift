/// A cursor over the bytes of a GGUF file that never reads past their end.
struct GGUFReader {
  let bytes: UnsafeRawBufferPointer
  private(set) var position = 0
  /// Metadata values that may still be read: bounds the memory that a small hostile file can claim.
  private var valueBudget = Self.valueLimit

  static let valueLimit = 1 << 22
  static let stringLimit = 1 << 24
  static let nestingLimit = 4

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// A little-endian integer.
  mutating func integer<T: FixedWidthInteger>(_: T.Type, field: String) throws(GGUFProblem) -> T {
    guard bytes.count - position >= MemoryLayout<T>.size else { throw .truncated(field: field) }
    defer { position += MemoryLayout<T>.size }
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: T.self))
  }

  /// A 64-bit count, refused above a limit.
  mutating func count(upTo limit: Int, field: String) throws(GGUFProblem) -> Int {
    let value = try integer(UInt64.self, field: field)
    guard value <= limit else { throw .tooMany(field: field, count: value, limit: limit) }
    return Int(value)
  }

  mutating func string(field: String) throws(GGUFProblem) -> String {
    let length = try count(upTo: Self.stringLimit, field: field)
    guard bytes.count - position >= length else { throw .truncated(field: field) }
    defer { position += length }
    guard let text = String(validating: bytes[position..<position + length], as: UTF8.self) else {
      throw .invalidUTF8(field: field)
    }
    return text
  }

  /// A value with its type before it.
  mutating func value(field: String) throws(GGUFProblem) -> GGUFValue {
    let type = try valueType(field: field)
    return try value(of: type, depth: 0, field: field)
  }

  private mutating func valueType(field: String) throws(GGUFProblem) -> GGUFValueType {
    let number = try integer(UInt32.self, field: field)
    guard let type = GGUFValueType(rawValue: number) else { throw .unknownValueType(field: field, type: number) }
    return type
  }

  private mutating func value(of type: GGUFValueType, depth: Int, field: String) throws(GGUFProblem) -> GGUFValue {
    switch type {
    case .uint8: return .unsigned(UInt64(try integer(UInt8.self, field: field)))
    case .uint16: return .unsigned(UInt64(try integer(UInt16.self, field: field)))
    case .uint32: return .unsigned(UInt64(try integer(UInt32.self, field: field)))
    case .uint64: return .unsigned(try integer(UInt64.self, field: field))
    case .int8: return .signed(Int64(try integer(Int8.self, field: field)))
    case .int16: return .signed(Int64(try integer(Int16.self, field: field)))
    case .int32: return .signed(Int64(try integer(Int32.self, field: field)))
    case .int64: return .signed(try integer(Int64.self, field: field))
    case .float32: return .float(Float(bitPattern: try integer(UInt32.self, field: field)))
    case .float64: return .double(Double(bitPattern: try integer(UInt64.self, field: field)))
    case .string: return .string(try string(field: field))
    case .bool:
      let flag = try integer(UInt8.self, field: field)
      guard flag <= 1 else { throw .invalidBool(field: field) }
      return .bool(flag == 1)
    case .array: return .array(try array(depth: depth + 1, field: field))
    }
  }

  private mutating func array(depth: Int, field: String) throws(GGUFProblem) -> [GGUFValue] {
    guard depth <= Self.nestingLimit else { throw .nestedTooDeeply(field: field) }
    let type = try valueType(field: field)
    let count = try count(upTo: valueBudget, field: field)
    // A value has at least one byte: a count beyond the file ends here, before memory is claimed for it.
    guard count <= bytes.count - position else { throw .truncated(field: field) }
    valueBudget -= count
    var elements: [GGUFValue] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try value(of: type, depth: depth, field: field)) }
    return elements
  }
}
