import Foundation

/// Programs that `make test` installs.
public enum TestTools {
  /// DuckDB's command line.
  public static var duckdb: URL {
    let url = TestModels.library.deletingLastPathComponent().appendingPathComponent("tools/duckdb")
    precondition(
      FileManager.default.isExecutableFile(atPath: url.path), "\(url.path) is missing: run the tests with `make test`")
    return url
  }
}
