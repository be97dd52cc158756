import Foundation

/// Standard output and standard error.
enum Terminal {
  /// Writes to standard output at once.
  ///
  /// If nobody reads it any more or the disk is full, nothing more is written and the program goes on: what it measures
  /// is in the database.
  static func write(_ text: String) { try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8)) }

  /// Writes to standard error at once, like ``write(_:)``.
  static func writeError(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  /// Writes to standard output what would mislead if half of it were missing, such as a patch.
  ///
  /// A reader that has had enough is no failure.
  ///
  /// - Throws: ``OutputFailure`` if the disk is full or fails.
  static func deliver(_ text: String) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EPIPE {
        return
      } else if errno != EINTR {
        throw OutputFailure(reason: String(cString: strerror(errno)))
      }
    }
  }

  struct OutputFailure: Error, CustomStringConvertible {
    let reason: String
    var description: String { "standard output could not be written (\(reason)): what is there is not whole" }
  }

  /// Columns of the terminal on standard output; 100 if that is none.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40 else { return 100 }
    return Int(size.ws_col)
  }

  /// Whether standard output is a terminal, so that colours may be used.
  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether standard error is a terminal, so that a line may be redrawn.
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Moves to the start of the line and clears it, for a line that is redrawn.
  static let clearLine = "\r\u{1B}[K"
}
