import JSON
import Vocabulary

/// A row of a raw file, read column by column.
struct RawRow<Column: RawRepresentable> where Column.RawValue == String {
  let value: JSONValue
  let name: String
  let line: Int

  /// The value of a column.
  ///
  /// - Throws: `malformed` where it is missing or `read` gives nil.
  func required<Value>(_ column: Column, _ read: (JSONValue) -> Value?) throws(DatasetError) -> Value {
    guard let value = value[column.rawValue].flatMap(read) else {
      throw error("\"\(column.rawValue)\" is missing or of another type")
    }
    return value
  }

  /// The value of a column, or nil where it is null.
  ///
  /// - Throws: `malformed` where it is neither null nor what `read` reads.
  func optional<Value>(_ column: Column, _ read: (JSONValue) -> Value?) throws(DatasetError) -> Value? {
    guard let value = value[column.rawValue], value != .null else { return nil }
    return try required(column, read)
  }

  func text(_ column: Column) throws(DatasetError) -> String { try required(column, \.string) }
  func integer(_ column: Column) throws(DatasetError) -> Int { try required(column, \.integer) }
  func number(_ column: Column) throws(DatasetError) -> Double { try required(column, \.exactDouble) }

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

  /// Rows within a column.
  func rows<Inner>(_ column: Column, _: Inner.Type) throws(DatasetError) -> [RawRow<Inner>] {
    try required(column, \.array).map { RawRow<Inner>(value: $0, name: name, line: line) }
  }

  func error(_ problem: String) -> DatasetError { .malformed(name: name, line: line, problem: problem) }
}
