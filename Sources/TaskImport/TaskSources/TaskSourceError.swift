/// Why a package's tasks could not be read.
public enum TaskSourceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// None of the packages is in the folder.
  case nothingFound(folder: String)
  /// A line that is not as the package writes it; lines count from 1.
  case malformed(file: String, line: Int, reason: String)
  /// The envelope to add to is none.
  case notAnEnvelope(reason: String)

  public var description: String {
    switch self {
    case .nothingFound(let folder):
      "none of the packages \(TaskSource.packages.joined(separator: ", ")) is in \(folder); give the folder "
        + "site-packages into which they were installed"
    case .malformed(let file, let line, let reason): "\(file), line \(line): \(reason)"
    case .notAnEnvelope(let reason): "the envelope to add to: \(reason)"
    }
  }
}
