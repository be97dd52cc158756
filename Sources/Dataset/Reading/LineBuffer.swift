import Foundation

/// Lines of a file or a pipe, of which one part is in memory at a time.
enum LineBuffer {
  private static let chunk = 1 << 18

  /// Calls `body` with each line that is not empty.
  static func forEachLine<Failure>(
    of file: FileHandle, _ body: (ArraySlice<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    var buffer: [UInt8] = []
    while let part = try? file.read(upToCount: chunk), !part.isEmpty {
      // Only what is new can have the end of a line.
      var unread = buffer.count
      buffer += part
      var start = 0
      while let end = buffer[unread...].firstIndex(of: UInt8(ascii: "\n")) {
        if end > start { try body(buffer[start..<end]) }
        start = end + 1
        unread = start
      }
      buffer.removeSubrange(..<start)
    }
    if !buffer.isEmpty { try body(buffer[...]) }
  }
}
