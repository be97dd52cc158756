import Foundation
import GRDB
import JSON
import Platform

extension MeasurementStore {
  /// Calls `body` with the columns' names and the values of each row of one SELECT statement, in order.
  ///
  /// Values are null, integers, numbers and texts; bytes come as texts of hexadecimal digits. Only a store that was
  /// opened for reading takes statements of users.
  ///
  /// - Throws: `StoreError.file` with SQLite's message for a statement that is wrong, that is more than one, or that
  ///   changes something.
  public func query(_ sql: String, _ body: ([String], [JSONValue]) throws -> Void) throws(StoreError) {
    try read { database in
      let statement = try database.makeStatement(sql: sql)
      guard statement.columnCount > 0, statement.isReadonly else {
        throw self.damagedStatement
      }
      let rows = try Row.fetchCursor(statement)
      let names = statement.columnNames
      while let row = try rows.next() {
        try body(names, row.databaseValues.map(JSONValue.init(database:)))
      }
    }
  }

  private var damagedStatement: StoreError {
    .file(path: path, .failed(reason: "only a SELECT statement is taken"))
  }
}

extension JSONValue {
  fileprivate init(database value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let number): self = .integer(Int(number))
    case .double(let number): self = .number(number)
    case .string(let text): self = .string(text)
    case .blob(let bytes): self = .string(bytes.hexadecimal)
    }
  }
}
