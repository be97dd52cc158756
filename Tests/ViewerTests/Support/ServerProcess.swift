import Foundation
import Store
import TestSupport

/// The built server with a database of one comparison, in a process of its own.
final class ServerProcess {
  let port: Int
  private let folder: TemporaryFolder
  private let process: Process

  struct NotStarted: Error {}

  init() async throws {
    folder = try TemporaryFolder()
    let database = folder.url.appendingPathComponent("resident.sqlite")
    try Recorded.comparison(in: try MeasurementStore(at: database, mode: .readWrite))
    let output = try folder.write("", to: "output")
    process = Process()
    process.executableURL = Program.product("resident-serve")
    process.arguments = [
      "--db", database.path, "--registry", folder.url.appendingPathComponent("registry.json").path,
      "--host", "127.0.0.1", "--port", "0",
    ]
    process.standardOutput = try FileHandle(forWritingTo: output)
    try process.run()
    port = try await Self.port(in: output, of: process)
  }

  deinit { process.terminate() }

  /// Ends the server by SIGTERM.
  ///
  /// - Returns: Its exit status, or 128 and the number of the signal that it died of.
  func end() -> Int32 {
    process.terminate()
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
  }

  /// Waits for the line that names the address.
  private static func port(in output: URL, of process: Process) async throws -> Int {
    while process.isRunning {
      let line = try String(contentsOf: output, encoding: .utf8)
      if line.hasSuffix("\n"), let port = line.split(separator: " ").first.flatMap({ URL(string: String($0)) })?.port {
        return port
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    throw NotStarted()
  }
}
