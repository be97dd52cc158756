import Foundation

extension DuckDB {
  /// A script that runs.
  struct Running {
    fileprivate let process: Process
    fileprivate let errors: Pipe
    fileprivate let output: Pipe?

    /// - Throws: `engine` with what DuckDB said where it failed.
    func wait() throws(DatasetError) {
      // What it says is little: the pipe holds it, and it ends when the process does.
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      guard process.terminationReason == .exit, process.terminationStatus == 0 else {
        let reason = text.trimmingCharacters(in: .whitespacesAndNewlines)
        throw .engine(reason.isEmpty ? "it ended with status \(process.terminationStatus)" : reason)
      }
    }

    /// Calls `body` with each line of the output.
    func forEachLine<Failure>(_ body: (ArraySlice<UInt8>) throws(Failure) -> Void) throws(Failure) {
      guard let output else { return }
      try LineBuffer.forEachLine(of: output.fileHandleForReading, body)
    }

    /// Ends it without waiting for the rest.
    func stop() {
      process.terminate()
      process.waitUntilExit()
    }
  }

  /// Starts a script in a database of its own in memory; nothing of the user's settings is read.
  ///
  /// - Parameter output: Where standard output goes; nil for a pipe.
  func start(
    _ script: String, options: [String] = [], output: FileHandle? = .nullDevice
  ) throws(DatasetError) -> Running {
    let process = Process()
    process.executableURL = executable
    process.arguments = ["-batch", "-bail", "-init", "/dev/null"] + options + [":memory:", "-c", script]
    process.standardInput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    let pipe = output == nil ? Pipe() : nil
    process.standardOutput = pipe ?? output
    do {
      try process.run()
    } catch {
      throw .engine("\(executable.path) could not be started: \(error.localizedDescription)")
    }
    return Running(process: process, errors: errors, output: pipe)
  }
}
