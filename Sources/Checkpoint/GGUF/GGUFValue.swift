/// One metadata value of a GGUF file.
public enum GGUFValue: Sendable, Equatable {
  case unsigned(UInt64)
  case signed(Int64)
  case float(Float)
  case double(Double)
  case bool(Bool)
  case string(String)
  case array([GGUFValue])

  /// The value of an integer that fits, else nil.
  public var integer: Int? {
    switch self {
    case .unsigned(let value): Int(exactly: value)
    case .signed(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The value of a number, else nil.
  ///
  /// A 32-bit float becomes the shortest decimal that rounds to it, so that 1e-5 reads as 1e-5.
  public var number: Double? {
    switch self {
    case .float(let value): Double(value.description)
    case .double(let value): value
    default: integer.map(Double.init)
    }
  }

  /// The text of a string, else nil.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The truth value of a boolean, else nil.
  public var bool: Bool? {
    guard case .bool(let flag) = self else { return nil }
    return flag
  }

  /// The elements of an array, else nil.
  public var array: [GGUFValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }
}

/// The value types of the format, by their numbers in a file.
enum GGUFValueType: UInt32 {
  case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64
}
