import Foundation

/// Standard output and standard error.
enum Terminal {
  /// Writes to standard output at once.
  static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  /// Writes to standard error at once.
  static func writeError(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// Columns of the terminal on standard output; 100 where that is none.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40 else { return 100 }
    return Int(size.ws_col)
  }

  /// Whether standard error is a terminal, so that a line may be redrawn.
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
