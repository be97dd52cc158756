import Foundation
import Platform

/// A program that serves one model, with its arguments.
public struct WorkerCommand: Sendable, Equatable {
  public var executable: URL
  public var arguments: [String]
  /// Whether the environment named the program in place of the one that would have served.
  public var isOverridden: Bool

  public init(executable: URL, arguments: [String], isOverridden: Bool = false) {
    self.executable = executable
    self.arguments = arguments
    self.isOverridden = isOverridden
  }

  /// The same program, with an address space of at most that many bytes if the operating system keeps such limits.
  ///
  /// A shell sets the limit and becomes the program, so that it holds for an engine in any language.
  public func limited(toMemory bytes: Int?) -> WorkerCommand {
    guard let bytes else { return self }
    #if os(Linux)
      return WorkerCommand(
        executable: URL(fileURLWithPath: "/bin/sh"),
        arguments: ["-c", "ulimit -v \(max(1, bytes / 1024)) && exec \"$@\"", "worker", executable.path] + arguments,
        isOverridden: isOverridden)
    #else
      return self
    #endif
  }
}

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
