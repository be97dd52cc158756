import JSON

/// The version of all tables of the dataset.
let datasetSchemaVersion = 2

extension JSONValue {
  /// A row with all columns of its table in their order; null where there is no value.
  static func row<Column: TableColumn>(_ values: [Column: JSONValue]) -> JSONValue {
    .object(JSONObject(Column.allCases.map { ($0.rawValue, values[$0] ?? .null) }))
  }

  static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
  static func integer(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
  static func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
}
