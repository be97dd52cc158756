/// How DuckDB reads and writes the files of the dataset.
enum DatasetSQL {
  /// One thread writes the same bytes every time. This much memory is enough for a batch.
  static let settings = "SET threads = 1; SET memory_limit = '2GB'; "

  /// In bytes.
  private static let largestObject = 1 << 28

  /// A table function over JSON Lines.
  static func readJSON(_ path: String, _ columns: [(name: String, kind: ColumnDefinition.Kind)]) -> String {
    readJSON(files: SQL.literal(path), columns)
  }

  /// - Parameter files: A path or a list of paths, in SQL.
  static func readJSON(files: String, _ columns: [(name: String, kind: ColumnDefinition.Kind)]) -> String {
    let types = columns.map { "\(SQL.name($0.name)): \(SQL.literal($0.kind.sql))" }.joined(separator: ", ")
    return "read_json(\(files), format = 'newline_delimited', columns = {\(types)}, "
      + "maximum_object_size = \(largestObject))"
  }

  /// A table function over the JSON Lines of a table.
  static func readJSON(_ path: String, _ table: DatasetTable) -> String {
    readJSON(path, table.columns.map { ($0.name, $0.definition.kind) })
  }

  /// A table function over Parquet files, or a subquery in which columns that older files lack are null.
  ///
  /// - Parameters:
  ///   - files: A list of paths, in SQL.
  ///   - options: Of DuckDB's `read_parquet`, each with its value.
  static func readParquet(
    files: String, _ columns: [(name: String, definition: ColumnDefinition)], _ options: [String] = []
  ) -> String {
    func read(_ options: [String]) -> String { "read_parquet(\(([files] + options).joined(separator: ", ")))" }
    let later = columns.filter(\.definition.isLater)
      .map { "NULL::\($0.definition.kind.sql) AS \(SQL.name($0.name))" }.joined(separator: ", ")
    // Without the second part, none of the files might have the column.
    return later.isEmpty
      ? read(options)
      : "(FROM \(read(options + ["union_by_name = true"])) UNION ALL BY NAME SELECT \(later) WHERE false)"
  }

  /// A statement that writes a query's rows to a file.
  static func writeParquet(_ query: String, _ path: String) -> String {
    "COPY (\(query)) TO \(SQL.literal(path)) (FORMAT parquet, COMPRESSION zstd); "
  }
}

extension ColumnDefinition.Kind {
  /// The column's type in DuckDB, and so in Parquet.
  var sql: String {
    switch self {
    case .text: "VARCHAR"
    case .integer: "BIGINT"
    case .number: "DOUBLE"
    case .boolean: "BOOLEAN"
    case .texts: "VARCHAR[]"
    case .integers: "BIGINT[]"
    case .numbers: "DOUBLE[]"
    }
  }
}

/// Text within SQL.
enum SQL {
  static func literal(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
  static func name(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
}
