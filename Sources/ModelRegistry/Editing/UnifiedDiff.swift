/// The difference between two texts as a patch that `git apply` and `patch -p1` take.
///
/// Format: the unified format of POSIX `diff -u` with git's `a/` and `b/` prefixes, path quoting and
/// `\ No newline at end of file`. Lines end at a line feed; a carriage return before it belongs to the line.
public struct UnifiedDiff: Equatable, Sendable, CustomStringConvertible {
  /// The patch, in whatever encoding the texts have; empty where they are equal.
  public let bytes: [UInt8]

  public var isEmpty: Bool { bytes.isEmpty }
  public var description: String { String(decoding: bytes, as: UTF8.self) }

  /// Compares line by line where both texts have as many lines, else prints one block from the first to the last
  /// difference.
  ///
  /// - Parameters:
  ///   - path: the file's path relative to where the patch will be applied; a leading `/` or `./` is dropped.
  ///   - context: how many equal lines to print around a change.
  /// - Complexity: O(*n*) in bytes.
  public init(from old: [UInt8], to new: [UInt8], path: String, context: Int = 3) {
    let oldLines = Self.lines(of: old)
    let newLines = Self.lines(of: new)
    let hunks = DiffHunk.hunks(from: oldLines, to: newLines, context: max(0, context))
    guard !hunks.isEmpty else {
      bytes = []
      return
    }
    let name = DiffPath(path)
    var output = Array("--- \(name.prefixed("a"))\n+++ \(name.prefixed("b"))\n".utf8)
    for hunk in hunks { hunk.write(old: oldLines, new: newLines, to: &output) }
    bytes = output
  }

  private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    for (index, byte) in bytes.enumerated() where byte == 0x0A {
      lines.append(bytes[start...index])
      start = index + 1
    }
    if start < bytes.count { lines.append(bytes[start...]) }
    return lines
  }
}
