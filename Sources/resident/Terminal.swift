import Foundation

/// Standard output and standard error.
enum Terminal {
  /// Writes to standard output at once.
  static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  /// Writes to standard error at once.
  static func writeError(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// Whether standard error is a terminal, so that a line may be redrawn.
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
