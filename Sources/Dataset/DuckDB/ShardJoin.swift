/// The SQL that makes one Parquet file of many with the rows in the files' order.
///
/// Files whose columns differ are read by the names of these, and DuckDB keeps what it knows of each such file in memory.
/// So a hundred at a time become a part, and the parts, which are alike, become the file.
struct ShardJoin {
  let table: DatasetTable
  let files: [String]
  let target: String
  /// The folder of the parts.
  let parts: String

  private static let filesAtOnce = 100

  /// It prints the number of rows as a line of JSON.
  var script: String {
    var script = DatasetSQL.settings
    var names: [String] = []
    for start in stride(from: 0, to: files.count, by: Self.filesAtOnce) {
      let some = DatasetSQL.list(Array(files[start..<min(start + Self.filesAtOnce, files.count)]))
      let name = "\(parts)/\(table.rawValue)-part-\(names.count).parquet"
      script += refusal(of: some)
      script += DatasetSQL.writeParquet(
        "SELECT \(columns) FROM \(DatasetSQL.readParquet(files: some, table.columns))", name)
      names.append(name)
    }
    script += DatasetSQL.writeParquet("SELECT \(columns) FROM read_parquet(\(DatasetSQL.list(names)))", target)
    return script
      + "COPY (SELECT count(*) AS rows FROM read_parquet(\(SQL.literal(target)))) TO '/dev/stdout' (FORMAT json); "
  }

  private var columns: String { table.columns.map { SQL.name($0.name) }.joined(separator: ", ") }

  /// A column that only a newer program knows would be lost.
  private func refusal(of files: String) -> String {
    let known = table.columns.map { SQL.literal($0.name) }.joined(separator: ", ")
    return """
      CREATE OR REPLACE TEMP TABLE unknown AS SELECT column_name AS name \
      FROM (DESCRIBE FROM read_parquet(\(files), union_by_name = true)) WHERE column_name NOT IN (\(known)); \
      SELECT CASE WHEN count(*) > 0 THEN error('\(table.rawValue) has the column ' || min(name) || ', which this program \
      does not know; compact with the program that wrote it') END FROM unknown;
      """ + " "
  }
}
