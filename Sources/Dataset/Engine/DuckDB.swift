import Foundation

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
    if let path = [named, environment[environmentVariable]].compactMap(\.self).first(where: { !$0.isEmpty }) {
      guard isExecutable(path) else { throw .engine("\(path) is no executable file") }
      return DuckDB(executable: URL(fileURLWithPath: path))
    }
    let path = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/duckdb" }
    return (path + [folder.appendingPathComponent(projectPath).path]).first(where: isExecutable).map {
      DuckDB(executable: URL(fileURLWithPath: $0))
    }
  }

  private static func isExecutable(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
      && FileManager.default.isExecutableFile(atPath: path)
  }
}

/// Text within SQL.
enum SQL {
  static func literal(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
  static func name(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
}
