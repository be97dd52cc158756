import Platform
import Synchronization

/// Standard output and standard error, and the only way to them: `make lint` refuses any other.
enum Terminal {
  private static let output = Mutex(OutputFilter())
  private static let errors = Mutex(OutputFilter())

  static func write(_ text: String) {
    try? StandardStream.output.write(Array(output.withLock { $0.filtered(text) }.utf8))
  }

  static func writeError(_ text: String) {
    try? StandardStream.errors.write(Array(errors.withLock { $0.filtered(text) }.utf8))
  }
}
