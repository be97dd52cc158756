import JSON
import Measurements

/// A row of a shard, read column by column.
struct TableRow<Column: TableColumn> {
  let value: JSONValue
  /// The shard's path within the dataset.
  let name: String
  let line: Int

  /// The value of a column.
  ///
  /// - Throws: `malformed` if it is missing or `read` returns nil.
  func required<Value>(_ column: Column, _ read: (JSONValue) -> Value?) throws(DatasetError) -> Value {
    guard let value = value[column.rawValue].flatMap(read) else {
      throw error("\"\(column.rawValue)\" is missing or of another type")
    }
    return value
  }

  /// The value of a column, or nil if it is null or missing.
  ///
  /// - Throws: `malformed` if it is neither null nor what `read` reads.
  func optional<Value>(_ column: Column, _ read: (JSONValue) -> Value?) throws(DatasetError) -> Value? {
    guard let value = value[column.rawValue], value != .null else { return nil }
    return try required(column, read)
  }

  func text(_ column: Column) throws(DatasetError) -> String { try required(column, \.string) }
  func integer(_ column: Column) throws(DatasetError) -> Int { try required(column, \.integer) }

  /// - Throws: `malformed` also for a negative one.
  func count(_ column: Column) throws(DatasetError) -> Int {
    let count = try integer(column)
    guard count >= 0 else { throw error("\"\(column.rawValue)\" is negative") }
    return count
  }

  /// - Throws: `malformed` also for an infinity and NaN.
  func number(_ column: Column) throws(DatasetError) -> Double {
    let number = try required(column, \.exactDouble)
    guard number.isFinite else { throw error("\"\(column.rawValue)\" is not finite") }
    return number
  }

  /// - Throws: As ``number(_:)`` does.
  func optionalNumber(_ column: Column) throws(DatasetError) -> Double? {
    guard let value = value[column.rawValue], value != .null else { return nil }
    return try number(column)
  }

  /// Seconds since 1970.
  ///
  /// - Throws: `malformed` for a time that could not be exported.
  func checkTime(_ column: Column) throws(DatasetError) {
    guard UTCTime(try number(column)) != nil else {
      throw error("\"\(column.rawValue)\" is outside the years 1970 to 9999")
    }
  }

  func identifier<Name: Identifier>(_ column: Column) throws(DatasetError) -> Name {
    Name(rawValue: try text(column))
  }

  func choice<Choice: RawRepresentable>(
    _ column: Column
  ) throws(DatasetError) -> Choice where Choice.RawValue == String {
    try required(column) { $0.string.flatMap(Choice.init(rawValue:)) }
  }

  func optionalChoice<Choice: RawRepresentable>(
    _ column: Column
  ) throws(DatasetError) -> Choice? where Choice.RawValue == String {
    try optional(column) { $0.string.flatMap(Choice.init(rawValue:)) }
  }

  func list<Element>(_ column: Column, _ read: (JSONValue) -> Element?) throws(DatasetError) -> [Element] {
    try required(column) { $0.elements(read) }
  }

  /// The elements of a column, or nil if it is null or missing.
  ///
  /// - Throws: As `optional` does.
  func optionalList<Element>(
    _ column: Column, _ read: (JSONValue) -> Element?
  ) throws(DatasetError) -> [Element]? {
    try optional(column) { $0.elements(read) }
  }

  /// The value of a column of JSON text, parsed.
  func document(_ column: Column) throws(DatasetError) -> JSONValue {
    let text = try text(column)
    do throws(JSONError) {
      return try JSONValue(parsing: text)
    } catch {
      throw self.error("\"\(column.rawValue)\" is no JSON text: \(error)")
    }
  }

  func error(_ problem: String) -> DatasetError { .malformed(name: name, line: line, problem: problem) }
}

extension JSONValue {
  /// A row with all columns of its table in their order; null where there is no value.
  static func row<Column: TableColumn>(_ values: [Column: JSONValue]) -> JSONValue {
    .object(JSONObject(Column.allCases.map { ($0.rawValue, values[$0] ?? .null) }))
  }

  static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
  static func integer(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
  static func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }

  /// The elements of an array; nil if this is no array or `read` returns nil for an element.
  fileprivate func elements<Element>(_ read: (JSONValue) -> Element?) -> [Element]? {
    guard let array else { return nil }
    let elements = array.compactMap(read)
    return elements.count == array.count ? elements : nil
  }
}
