import Foundation
import Platform

/// DuckDB's command line, which writes and reads the Parquet shards.
public struct DuckDB: Sendable {
  public let executable: URL

  public init(executable: URL) { self.executable = executable }

  /// Names the executable.
  public static let environmentVariable = "RESIDENT_DUCKDB"
  /// Where `make duckdb` puts it, from the project's folder.
  public static let projectPath = ".resident/tools/duckdb"

  /// The executable that is named, or that of the environment, of `PATH` or of the project in the working folder.
  ///
  /// - Throws: `DatasetError.engine` where what is named can't be executed.
  public static func find(
    _ named: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment,
    in folder: URL = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
  ) throws(DatasetError) -> DuckDB? {
    do throws(Executable.Missing) {
      return try Executable.find(
        named, variable: environmentVariable, name: "duckdb", projectPath: projectPath, environment: environment,
        in: folder
      ).map(DuckDB.init(executable:))
    } catch {
      throw .engine(error.description)
    }
  }
}

/// Text within SQL.
enum SQL {
  static func literal(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
  static func name(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
}
