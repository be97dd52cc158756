import Foundation
import Platform

/// A worker's program that was just started, with its streams.
struct StartedWorker {
  let process: Process
  let input: FileHandle
  let output: WorkerOutput

  /// - Throws: `.notStarted`.
  init(_ command: WorkerCommand) throws(WorkerFailure) {
    Signals.ignore(.brokenPipe)
    process = Process()
    process.executableURL = command.executable
    process.arguments = command.arguments
    let (input, output, errors) = (Pipe(), Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
    self.input = input.fileHandleForWriting
    self.output = WorkerOutput(process)
    do {
      try process.run()
    } catch {
      throw .notStarted(command: command.executable.path, reason: error.localizedDescription)
    }
    self.output.read(output.fileHandleForReading, errors: errors.fileHandleForReading)
  }
}
