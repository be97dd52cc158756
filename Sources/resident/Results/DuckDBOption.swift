import ArgumentParser
import Dataset

/// Where DuckDB's executable is.
struct DuckDBOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "DuckDB's command line. Default: $RESIDENT_DUCKDB, else duckdb in PATH, else \(DuckDB.projectPath).",
      valueName: "file"),
    completion: .file())
  var duckdb: String?

  func find() throws -> DuckDB? { try DuckDB.find(duckdb) }
}
