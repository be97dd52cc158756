import Foundation
import JSON

/// Read-only SQL over the shards of a dataset, by DuckDB: each table is a view of the same name.
public struct DatasetQuery: Sendable {
  /// How rows are printed.
  public enum Output: String, Sendable, CaseIterable {
    case table, csv, json
  }

  private let dataset: PublishedDataset
  private let engine: DuckDB
  private let fewFiles: Int

  public init(_ dataset: PublishedDataset, engine: DuckDB) { self.init(dataset, engine: engine, fewFiles: 200) }

  /// - Parameter fewFiles: So many are read by the names of their columns; of more it is asked first which have which.
  init(_ dataset: PublishedDataset, engine: DuckDB, fewFiles: Int) {
    self.dataset = dataset
    self.engine = engine
    self.fewFiles = fewFiles
  }

  /// The rows of one SELECT statement as they are printed.
  ///
  /// DuckDB may read the dataset's folder and nothing else.
  ///
  /// - Throws: `engine` with DuckDB's message for text that is no single SELECT statement or that failed.
  public func run(_ sql: String, output: Output) throws(DatasetError) -> String {
    try engine.start(try script(sql), options: ["-\(output.rawValue)"], output: .pipe).wait()
  }

  private func script(_ sql: String) throws(DatasetError) -> String {
    let folder = dataset.folder.standardizedFileURL.path
    // A view of thousands of shards takes time to make, and a statement that does not name it needs none.
    let named = sql.lowercased()
    var views = ""
    for table in DatasetTable.allCases where named.contains(table.rawValue) {
      let files = dataset.index.entries.flatMap { $0.shards(of: table) }.map { "\(folder)/\($0.path)" }
      guard !files.isEmpty else { continue }
      let source =
        dataset.index.format == .jsonl
        ? DatasetSQL.readJSON(
          files: DatasetSQL.list(files), table.columns.map { ($0.name, $0.definition.kind) })
        : try parquet(files, of: table)
      let columns = table.columns.map { SQL.name($0.name) }.joined(separator: ", ")
      views += "CREATE VIEW \(table.rawValue) AS SELECT \(columns) FROM \(source); "
    }
    return "SET allowed_directories = [\(SQL.literal(folder))]; SET enable_external_access = false; "
      + "SET lock_configuration = true; " + views + "FROM query(\(SQL.literal(Self.statement(sql))))"
  }

  private func parquet(_ files: [String], of table: DatasetTable) throws(DatasetError) -> String {
    guard files.count > fewFiles, table.columns.contains(where: \.definition.isLater) else {
      return DatasetSQL.readParquet(files: DatasetSQL.list(files), table.columns)
    }
    let query = DatasetSQL.laterColumns(of: files, table.columns)
    let running = try engine.start(
      DatasetSQL.settings + "COPY (\(query)) TO '/dev/stdout' (FORMAT json)", output: .pipe)
    var columns: [String: String] = [:]
    running.forEachLine { line in
      guard let row = try? JSONValue(parsing: line), let file = row["file"]?.string else { return }
      columns[file] = row["columns"]?.string ?? ""
    }
    try running.wait()
    var groups: [[String]] = []
    var positions: [String: Int] = [:]
    for file in files {
      let key = columns[file] ?? ""
      if positions[key] == nil {
        positions[key] = groups.count
        groups.append([])
      }
      if let position = positions[key] { groups[position].append(file) }
    }
    return DatasetSQL.readParquet(groups: groups, table.columns)
  }

  /// The text without the semicolon that people end a statement with.
  private static func statement(_ sql: String) -> String {
    var text = sql[...]
    while let last = text.last, last.isWhitespace || last == ";" { text.removeLast() }
    return String(text)
  }
}
