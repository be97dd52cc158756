import Foundation
import Platform

/// DuckDB's command line, which writes and reads the Parquet shards.
public struct DuckDB: Sendable {
  public let executable: URL

  public init(executable: URL) { self.executable = executable }

  /// The environment variable that names the executable.
  public static let environmentVariable = "RESIDENT_DUCKDB"
  /// Where `make duckdb` puts it, from the project's folder.
  public static let projectPath = ".resident/tools/duckdb"

  /// The first executable of these: the named one, that of the environment variable, of `PATH`, of the project in the
  /// working folder.
  ///
  /// - Returns: Nil if there is none.
  /// - Throws: `DatasetError.engine` if what is named can't be executed.
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

extension DuckDB {
  /// A running script.
  struct Running {
    fileprivate let process: ChildProcess
    fileprivate let script: ScriptFile

    /// Waits for its end.
    ///
    /// - Returns: What it printed that was not read before.
    /// - Throws: `engine` with DuckDB's message if it failed.
    @discardableResult
    func wait() throws(DatasetError) -> String {
      let output: ProgramOutput
      do { output = try ProgramOutput(finishing: process) } catch { throw .engine("\(error)") }
      guard output.exit == .exited(0) else {
        throw .engine(output.errorText ?? "it ended with status \(output.status)")
      }
      return String(decoding: output.bytes, as: UTF8.self)
    }

    /// Calls `body` with each line of the output.
    func forEachLine<Failure>(_ body: (ArraySlice<UInt8>) throws(Failure) -> Void) throws(Failure) {
      try LineReader.forEachLine(of: process.output, body)
    }

    /// Ends it without waiting for the rest.
    func stop() {
      process.killGroup()
      _ = process.wait()
    }
  }

  /// Starts a script in a new database in memory, without the user's settings.
  ///
  /// The script is passed as a file: it may name thousands of shards, and a command line is short.
  ///
  /// - Throws: `engine` if DuckDB could not be started.
  func start(
    _ script: String, options: [String] = [], output: ChildProcess.Stream = .null
  ) throws(DatasetError) -> Running {
    let file = try ScriptFile(script)
    let arguments = ["-batch", "-bail", "-init", "/dev/null"] + options + [":memory:", "-f", file.url.path]
    do {
      return Running(
        process: try ChildProcess(executable.path, arguments, input: .null, output: output), script: file)
    } catch {
      throw .engine("\(executable.path) could not be started: \(error.reason)")
    }
  }
}

/// A script in a temporary file, which goes with the last reference to it.
private final class ScriptFile: Sendable {
  let url: URL

  init(_ script: String) throws(DatasetError) {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("resident-\(UUID().uuidString).sql")
    do {
      try Data(script.utf8).write(to: url)
    } catch {
      throw .engine("its script could not be written: \(error.localizedDescription)")
    }
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
