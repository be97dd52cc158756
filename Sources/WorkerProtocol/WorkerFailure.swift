import Platform

/// Why a request had no result.
public enum WorkerFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The worker's program could not be started.
  case notStarted(command: String, reason: String)
  /// The worker sent what is no line of this version, in its greeting or later; says what.
  case notAWorker(String)
  /// The request breaks the protocol.
  case badRequest(String)
  /// The worker answered with an error.
  case refused(operation: String, message: String)
  /// The worker said how the cell ended, by a status of `CellStatus`: what was asked is beyond it, not an error.
  case declined(operation: String, status: String, message: String)
  /// The worker ended while a request was under way.
  case died(status: ExitStatus, lastLines: [String])
  /// No answer within the limit; the worker was ended.
  case timedOut(operation: String, seconds: Double)

  /// Whether the worker ended because a file that it had mapped became shorter, or could not be read any more.
  public var isOfFiles: Bool {
    if case .died(.exited(WorkerProtocol.fileFaultStatus), _) = self { true } else { false }
  }

  /// The failure of a worker that sent a line that is not what was due: it is quoted, shortened and without what a terminal
  /// obeys.
  static func unexpected(_ line: [UInt8], in place: String) -> WorkerFailure {
    let limit = 200
    let text = String(decoding: line.prefix(limit), as: UTF8.self).printable
    return .notAWorker("\"\(text)\"\(line.count > limit ? " and \(line.count - limit) more bytes" : "") as \(place)")
  }

  public var description: String {
    switch self {
    case .notStarted(let command, let reason): "the worker \(command) could not be started: \(reason)"
    case .notAWorker(let sent):
      "the worker does not keep to version \(WorkerProtocol.version) of the protocol: it sent \(sent)"
    case .badRequest(let problem): "bad request: \(problem)"
    case .refused(let operation, let message), .declined(let operation, _, let message): "\(operation): \(message)"
    case .died(let status, let lines):
      "the worker \(status)" + (lines.isEmpty ? "" : "; its last lines: " + lines.joined(separator: " | "))
    case .timedOut(let operation, let seconds): "the worker gave no answer to \(operation) within \(Int(seconds)) s"
    }
  }
}
