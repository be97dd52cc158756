/// Why tasks could not be imported.
public enum TaskImportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// None of the packages with public task sets is in the folder.
  case nothingFound(folder: String)
  /// A file or a function list of the Berkeley function-calling data that is absent.
  case missing(path: String)
  /// A line that is not in the package's form; lines count from 1.
  case malformed(file: String, line: Int, reason: String)
  /// What tasks were to be added to is not an envelope.
  case notAnEnvelope(reason: String)

  public var description: String {
    switch self {
    case .nothingFound(let folder):
      "none of the packages \(TaskSource.packages.joined(separator: ", ")) is in \(folder); give the folder "
        + "site-packages into which they were installed"
    case .missing(let path):
      "there is no \(path); give the folder bfcl_eval of the installed package bfcl-eval 2026.3.23"
    case .malformed(let file, let line, let reason): "\(file), line \(line): \(reason)"
    case .notAnEnvelope(let reason): "the envelope to add to: \(reason)"
    }
  }
}
