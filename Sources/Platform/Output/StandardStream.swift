import Foundation

/// Standard output and standard error of this process.
///
/// A Foundation handle ends the program when nobody reads what it writes; here that is an error of the one write.
public enum StandardStream: Int32, Sendable {
  case output = 1
  case errors = 2

  /// Writes all bytes.
  ///
  /// - Throws: `FileSystemError`, whose code is `EPIPE` if nobody reads the stream any more and the signal is ignored.
  public func write(_ bytes: [UInt8]) throws(FileSystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = retrying { rest.withUnsafeBytes { Foundation.write(rawValue, $0.baseAddress, $0.count) } }
      guard count > 0 else {
        throw FileSystemError(.write, self == .output ? "standard output" : "standard error", code: errno)
      }
      rest = rest.dropFirst(count)
    }
  }

  public var isTerminal: Bool { isatty(rawValue) == 1 }

  /// Whether it was redirected to a file.
  public var isFile: Bool {
    var status = stat()
    return fstat(rawValue, &status) == 0 && FileStatus(status).isRegular
  }
}
