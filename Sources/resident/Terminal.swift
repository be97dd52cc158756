import Foundation

/// Standard output and standard error.
enum Terminal {
  /// Writes to standard output at once.
  ///
  /// Where nobody reads it any more or the disk is full, nothing more is written and the program goes on: what it
  /// measures is in the database.
  static func write(_ text: String) { try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8)) }

  /// Writes to standard error at once, like `write`.
  static func writeError(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  /// Columns of the terminal on standard output; 100 where that is none.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40 else { return 100 }
    return Int(size.ws_col)
  }

  /// Whether standard error is a terminal, so that a line may be redrawn.
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
