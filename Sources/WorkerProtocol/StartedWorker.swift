import Platform

/// A worker's program that was just started, with its streams.
struct StartedWorker {
  let process: ChildProcess
  let output: WorkerOutput

  /// - Throws: `.notStarted`.
  init(_ command: WorkerCommand) throws(WorkerFailure) {
    Signals.ignore(.brokenPipe)
    do {
      process = try ChildProcess(command.executable.path, command.arguments)
    } catch {
      throw .notStarted(command: command.executable.path, reason: error.reason)
    }
    output = WorkerOutput(process)
  }
}
