/// Why the Berkeley function-calling data could not be read.
public enum BFCLError: Error, Equatable, Sendable, CustomStringConvertible {
  case missing(path: String)
  /// A line that is not as the package writes it; lines count from 1.
  case malformed(file: String, line: Int, reason: String)

  public var description: String {
    switch self {
    case .missing(let path):
      "there is no \(path); give the folder bfcl_eval of the installed package bfcl-eval 2026.3.23"
    case .malformed(let file, let line, let reason): "\(file), line \(line): \(reason)"
    }
  }
}
