/// Writes JSON objects, one per line, column by column: there are too many samples to build a tree of values for each.
struct LineWriter {
  private(set) var bytes: [UInt8] = []
  /// Whether a column without a value is written as null rather than left out.
  private let includesNulls: Bool
  private var isFirst = true

  init(includesNulls: Bool) { self.includesNulls = includesNulls }

  mutating func begin() {
    bytes.append(UInt8(ascii: "{"))
    isFirst = true
  }

  mutating func end() {
    bytes.append(UInt8(ascii: "}"))
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Members that another writer wrote, without the brackets of their object.
  mutating func members(_ other: some Collection<UInt8>) {
    guard !other.isEmpty else { return }
    separate()
    bytes.append(contentsOf: other)
  }

  mutating func text(_ column: some TableColumn, _ value: String?) { text(column.rawValue, value) }
  mutating func integer(_ column: some TableColumn, _ value: Int?) { integer(column.rawValue, value) }
  mutating func number(_ column: some TableColumn, _ value: Double?) { number(column.rawValue, value) }

  mutating func text(_ column: String, _ value: String?) {
    guard let value = named(column, value) else { return }
    quoted(value)
  }

  mutating func integer(_ column: String, _ value: Int?) {
    guard let value = named(column, value) else { return }
    plain(String(value))
  }

  mutating func boolean(_ column: String, _ value: Bool?) {
    guard let value = named(column, value) else { return }
    plain(value ? "true" : "false")
  }

  /// A value that is not finite becomes null.
  mutating func number(_ column: String, _ value: Double?) {
    guard let value = named(column, value.flatMap({ $0.isFinite ? $0 : nil })) else { return }
    plain("\(value)")
  }

  /// Infinities and NaN become strings, which readers of numbers accept as well.
  mutating func numbers(_ column: String, _ values: [Double?]?) {
    list(column, values) { writer, value in
      guard let value else { return writer.plain("null") }
      if value.isFinite { writer.plain("\(value)") } else { writer.quoted("\(value)") }
    }
  }

  mutating func integers(_ column: String, _ values: [Int64]?) {
    list(column, values) { $0.plain(String($1)) }
  }

  mutating func texts(_ column: String, _ values: [String?]?) {
    list(column, values) { writer, value in
      if let value { writer.quoted(value) } else { writer.plain("null") }
    }
  }

  private mutating func list<Value>(
    _ column: String, _ values: [Value]?, _ write: (inout LineWriter, Value) -> Void
  ) {
    guard let values = named(column, values) else { return }
    bytes.append(UInt8(ascii: "["))
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      write(&self, value)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// Writes the name, and null if there is no value; returns the value.
  private mutating func named<Value>(_ column: String, _ value: Value?) -> Value? {
    guard value != nil || includesNulls else { return nil }
    separate()
    quoted(column)
    bytes.append(UInt8(ascii: ":"))
    if value == nil { plain("null") }
    return value
  }

  private mutating func separate() {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
  }

  private mutating func plain(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func quoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        plain("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
