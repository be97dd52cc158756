import JSON

/// The version of all columns of the dataset.
let datasetSchemaVersion = 1

extension JSONValue {
  /// A row with all columns of its kind in their order; null where there is no value.
  ///
  /// Rows are made by no other means, so the columns are the list of what may leave.
  static func row<Column>(_ values: [Column: JSONValue]) -> JSONValue
  where Column: CaseIterable & RawRepresentable & Hashable, Column.RawValue == String {
    .object(JSONObject(Column.allCases.map { ($0.rawValue, values[$0] ?? .null) }))
  }

  static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
  static func integer(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
  static func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
}
