import Foundation

/// The model folders that `make test` prepares.
public enum TestModels {
  /// `.resident/models` of this checkout.
  public static let library = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent(".resident/models")

  /// SmolLM2-135M-Instruct as imported: 4-bit groups of 32, the embedding 8-bit.
  public static var imported: URL { folder("smollm2-135m") }

  /// The same, uniform 4-bit in groups of 64.
  public static var uniform: URL { folder("smollm2-135m-4bit-g64") }

  /// The tiny checkpoints of every family that `make families` makes.
  public static let families = library.deletingLastPathComponent().appendingPathComponent("families")

  private static func folder(_ name: String) -> URL {
    let url = library.appendingPathComponent(name)
    precondition(
      FileManager.default.fileExists(atPath: url.path), "\(url.path) is missing: run the tests with `make test`")
    return url
  }
}

/// The programs that `make test` installs.
public enum TestTools {
  /// DuckDB's command line.
  public static var duckdb: URL {
    let url = TestModels.library.deletingLastPathComponent().appendingPathComponent("tools/duckdb")
    precondition(
      FileManager.default.isExecutableFile(atPath: url.path), "\(url.path) is missing: run the tests with `make test`")
    return url
  }
}
