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
    // Without the second part, none of the files might have the column.
    guard let nulls = nulls(columns) else { return read(options) }
    return "(FROM \(read(options + ["union_by_name = true"])) UNION ALL BY NAME \(nulls))"
  }

  /// The same for files in groups of equal columns.
  ///
  /// DuckDB keeps what it knows of each file that it reads by names in memory, and of these it does not.
  static func readParquet(
    groups: [[String]], _ columns: [(name: String, definition: ColumnDefinition)]
  ) -> String {
    let parts = groups.map { "FROM read_parquet(\(list($0)))" } + [nulls(columns)].compactMap(\.self)
    return "(\(parts.joined(separator: " UNION ALL BY NAME ")))"
  }

  /// A query for the columns that files have of those which their table got later, as rows with `file` and `columns`.
  static func laterColumns(
    of files: [String], _ columns: [(name: String, definition: ColumnDefinition)]
  ) -> String {
    let later = columns.filter(\.definition.isLater).map { SQL.literal($0.name) }
    return "SELECT file_name AS file, string_agg(DISTINCT name, ',' ORDER BY name) "
      + "FILTER (name IN (\(later.joined(separator: ", ")))) AS columns "
      + "FROM parquet_schema(\(list(files))) GROUP BY file_name"
  }

  /// A query without rows that has the columns which a table got later; nil if there are none.
  private static func nulls(_ columns: [(name: String, definition: ColumnDefinition)]) -> String? {
    let later = columns.filter(\.definition.isLater)
      .map { "NULL::\($0.definition.kind.sql) AS \(SQL.name($0.name))" }.joined(separator: ", ")
    return later.isEmpty ? nil : "SELECT \(later) WHERE false"
  }

  /// A list of paths in SQL.
  static func list(_ files: [String]) -> String { "[\(files.map(SQL.literal).joined(separator: ", "))]" }

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
