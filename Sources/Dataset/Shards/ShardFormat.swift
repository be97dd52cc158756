/// How the tables' files are written; both hold the same rows.
public enum ShardFormat: String, Sendable, CaseIterable {
  case parquet
  /// JSON Lines, for machines without DuckDB.
  case jsonl

  var fileExtension: String { ".\(rawValue)" }
}
