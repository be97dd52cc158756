import Foundation

/// A system call on a file that failed.
public struct FileSystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was attempted; the raw value stands after "could not" in messages.
  public enum Operation: String, Sendable {
    case open = "open it"
    /// It is open, and not what it must be.
    case use = "use it"
    case resolve = "find it"
    case inspect = "inspect it"
    case read = "read it"
    case write = "write it"
    case truncate = "truncate it"
    case setPermissions = "set its permissions"
    case lock = "lock it"
    case flush = "flush it to the disk"
    /// To a name that another file may have.
    case rename = "replace it"
    /// To a name that must be free.
    case link = "create it"
  }

  public let operation: Operation
  /// The file or folder; for `rename` and `link`, the new name.
  public let path: String
  /// The value of `errno`.
  public let code: Int32
  /// What is wrong with the file; nil where the system's words for the code say it.
  private let problem: String?

  public init(_ operation: Operation, _ path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
    problem = nil
  }

  /// The error for a file that the system would give and that is not what it must be.
  public init(notUsable path: String, _ problem: String) {
    operation = .use
    self.path = path
    code = EINVAL
    self.problem = problem
  }

  /// In words, the operating system's if it refused.
  public var reason: String {
    if let problem { return problem }
    return code == ELOOP ? "it is a symbolic link, which is not followed here" : String(cString: strerror(code))
  }
  public var description: String { "\(path): could not \(operation.rawValue): \(reason)" }
}

extension FileSystemError: LocalizedError {
  public var errorDescription: String? { reason }
}
