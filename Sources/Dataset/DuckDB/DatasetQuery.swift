import Foundation

/// Read-only SQL over the shards of a dataset, by DuckDB: each table is a view of the same name.
public struct DatasetQuery: Sendable {
  /// How rows are printed.
  public enum Output: String, Sendable, CaseIterable {
    case table, csv, json
  }

  private let dataset: PublishedDataset
  private let engine: DuckDB

  public init(_ dataset: PublishedDataset, engine: DuckDB) {
    self.dataset = dataset
    self.engine = engine
  }

  /// The rows of one SELECT statement as they are printed.
  ///
  /// DuckDB may read the dataset's folder and nothing else.
  ///
  /// - Throws: `engine` with DuckDB's message for text that is no single SELECT statement or that failed.
  public func run(_ sql: String, output: Output) throws(DatasetError) -> String {
    try engine.start(script(sql), options: ["-\(output.rawValue)"], output: .pipe).wait()
  }

  private func script(_ sql: String) -> String {
    let folder = dataset.folder.standardizedFileURL.path
    let views = DatasetTable.allCases.compactMap { table -> String? in
      let shards = dataset.index.entries.flatMap { $0.shards(of: table) }
      guard !shards.isEmpty else { return nil }
      let files = "[\(shards.map { SQL.literal("\(folder)/\($0.path)") }.joined(separator: ", "))]"
      let source =
        dataset.index.format == .jsonl
        ? DatasetSQL.readJSON(files: files, table.columns.map { ($0.name, $0.definition.kind) })
        : DatasetSQL.readParquet(files: files, table.columns)
      let columns = table.columns.map { SQL.name($0.name) }.joined(separator: ", ")
      return "CREATE VIEW \(table.rawValue) AS SELECT \(columns) FROM \(source); "
    }
    return "SET allowed_directories = [\(SQL.literal(folder))]; SET enable_external_access = false; "
      + "SET lock_configuration = true; " + views.joined() + "FROM query(\(SQL.literal(Self.statement(sql))))"
  }

  /// The text without the semicolon that people end a statement with.
  private static func statement(_ sql: String) -> String {
    var text = sql[...]
    while let last = text.last, last.isWhitespace || last == ";" { text.removeLast() }
    return String(text)
  }
}
