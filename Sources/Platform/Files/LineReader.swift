import Foundation

/// Reads the lines of a file or a pipe part by part, so that its size does not matter.
package enum LineReader {
  /// Bytes that are read at a time.
  private static let chunk = 1 << 18

  /// Calls `body` with each line, without its end.
  ///
  /// - Parameter includesEmpty: Whether lines without a byte count as well.
  /// - Returns: Why reading ended before the end; nil if it did not.
  /// - Throws: What `body` throws.
  @discardableResult
  package static func forEachLine<Failure>(
    of file: FileHandle, includesEmpty: Bool = false, _ body: (ArraySlice<UInt8>) throws(Failure) -> Void
  ) throws(Failure) -> (any Error)? {
    var buffer: [UInt8] = []
    while true {
      let part: Data?
      do { part = try file.read(upToCount: chunk) } catch { return error }
      guard let part, !part.isEmpty else { break }
      // Only the new bytes can hold the end of a line.
      var unread = buffer.count
      buffer += part
      var start = 0
      while let end = buffer[unread...].firstIndex(of: UInt8(ascii: "\n")) {
        if includesEmpty || end > start { try body(buffer[start..<end]) }
        start = end + 1
        unread = start
      }
      buffer.removeSubrange(..<start)
    }
    if !buffer.isEmpty { try body(buffer[...]) }
    return nil
  }
}
