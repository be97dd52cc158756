import WorkerProtocol

/// Why a server could not be measured.
public enum EndpointError: Error, Equatable, Sendable, CustomStringConvertible {
  case badURL(String)
  /// A URL with a user's name or password, which would be printed and recorded.
  case credentialsInURL
  case noKey(variable: String)
  /// A key that a header cannot hold.
  case badKey(variable: String)
  case unreachable(String)
  /// A status other than 200, with the start of the body.
  case status(Int, body: String)
  /// Too many requests at once for the server.
  case overLimit(concurrency: Int)
  case redirected(to: String)
  /// A compressed answer.
  case encoded(String)
  /// The answer did not end within the limit.
  case timedOut(seconds: Double, progress: String)
  /// Nothing came for so long in the middle of the answer.
  case silent(seconds: Double)
  case eventTooLong(limit: Int)
  case tooLong(limit: String)
  /// An event that is none of the API's.
  case malformed(String)
  /// An error that came in the middle of a stream.
  case failedInStream(String)
  case truncated(tokens: Int)
  case badUsage(String)
  case notStarted(command: String, reason: String)
  case otherWeights(String)
  /// The server parsed the tool calls itself, although the text is to be judged.
  case callsTakenOut
  /// The answer contains the key, which must not be stored.
  case keyRepeated

  public var description: String {
    switch self {
    case .badURL(let text): "\"\(text)\" is no http or https URL; it looks like http://127.0.0.1:8080/v1"
    case .credentialsInURL:
      "the URL of a server contains a user's name or password; put a key into a variable and name it by --key-variable"
    case .badKey(let variable):
      "the environment variable \(variable) holds no key: a key is of printable ASCII characters without spaces"
    case .noKey(let variable): "the environment variable \(variable), which should hold the server's key, is not set"
    case .unreachable(let reason): "the connection failed: \(reason)"
    case .status(let code, let body): "the server answered with status \(code)" + (body.isEmpty ? "" : ": \(body)")
    case .overLimit(let concurrency):
      "the server answered with status 429: \(concurrency) request\(concurrency == 1 ? "" : "s") at once is above its limit"
    case .redirected(let host): "the server redirects to \(host), which is not followed"
    case .encoded(let encoding):
      "the server compresses its answer (\(encoding)) although it was asked not to; turn that off, also in a proxy before it"
    case .timedOut(let seconds, let progress): "no end within \(Self.figure(seconds)) s: \(progress)"
    case .silent(let seconds): "the server stopped in its answer: nothing came for \(Self.figure(seconds)) s"
    case .eventTooLong(let limit): "the server sent an event of more than \(limit) bytes"
    case .tooLong(let limit): "the server goes on after \(limit)"
    case .malformed(let text): "the server sent an event that is none of the API's: \(text)"
    case .failedInStream(let message): "the server failed in the middle of its answer: \(message)"
    case .truncated(let tokens): "the stream ended without a finish reason, after \(tokens) pieces of output"
    case .badUsage(let problem): "the server's usage is missing or wrong: \(problem)"
    case .notStarted(let command, let reason): "the server \(command) did not start: \(reason)"
    case .otherWeights(let difference): "the server does not serve the weights of this model: \(difference)"
    case .callsTakenOut:
      "the server takes tool calls out of the text, which is to be judged whole; use --api completions"
    case .keyRepeated: "the server repeats its key in the answer, which is not kept"
    }
  }

  /// As an answer of the line protocol, with the status of the cell.
  func declining(_ operation: String) -> WorkerFailure {
    let status =
      switch self {
      case .overLimit: "capacity_gated"
      case .timedOut, .silent, .eventTooLong, .tooLong: "aborted"
      case .callsTakenOut: "unsupported"
      default: "failed"
      }
    return .declined(operation: operation, status: status, message: description)
  }

  private static func figure(_ seconds: Double) -> String {
    seconds >= 1 ? String(Int(seconds.rounded())) : String((seconds * 100).rounded() / 100)
  }
}
