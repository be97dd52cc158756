/// Why a request had no result.
public enum WorkerFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The worker's program could not be started.
  case notStarted(command: String, reason: String)
  /// The worker speaks another version, or something else altogether.
  case notAWorker(String)
  /// The request breaks the protocol.
  case badRequest(String)
  /// The worker answered with an error.
  case refused(operation: String, message: String)
  /// The worker answered how the cell ended, by a status of `CellStatus`: what was asked is beyond it, not an error.
  case declined(operation: String, status: String, message: String)
  /// The worker ended while a request was under way.
  case died(status: ExitStatus, lastLines: [String])
  /// No answer within the limit; the worker was ended.
  case timedOut(operation: String, seconds: Double)

  public var description: String {
    switch self {
    case .notStarted(let command, let reason): "the worker \(command) could not be started: \(reason)"
    case .notAWorker(let line): "the worker did not greet with version \(WorkerProtocol.version) but with: \(line)"
    case .badRequest(let problem): "bad request: \(problem)"
    case .refused(let operation, let message), .declined(let operation, _, let message): "\(operation): \(message)"
    case .died(let status, let lines):
      "the worker \(status)" + (lines.isEmpty ? "" : "; its last lines: " + lines.joined(separator: " | "))
    case .timedOut(let operation, let seconds): "the worker gave no answer to \(operation) within \(Int(seconds)) s"
    }
  }
}

/// How a process ended.
public enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
  case exited(Int32)
  case signalled(Int32)

  /// From the encoding of `waitpid`.
  init(waitStatus status: Int32) { self = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled(status & 0x7f) }

  public var description: String {
    switch self {
    case .exited(let code): "exited with status \(code)"
    case .signalled(9): "was killed (signal 9; out of memory is a common cause)"
    case .signalled(let signal): "ended by signal \(signal)"
    }
  }
}

/// Constants of the line protocol.
public enum WorkerProtocol {
  public static let version = 1
  /// The longest line, in bytes, that either side accepts.
  public static let lineLimit = 64 << 20
}
