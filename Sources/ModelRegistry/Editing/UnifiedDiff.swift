/// The difference between two texts as a patch for `git apply` and `patch -p1`.
///
/// Format: the unified format of POSIX `diff -u` with git's `a/` and `b/` prefixes, path quoting and
/// `\ No newline at end of file`. Lines end at a line feed; a carriage return before it belongs to the line.
public struct UnifiedDiff: Equatable, Sendable, CustomStringConvertible {
  /// The patch, in whatever encoding the texts have; empty if they are equal.
  public let bytes: [UInt8]

  public var isEmpty: Bool { bytes.isEmpty }
  public var description: String { String(decoding: bytes, as: UTF8.self) }

  /// Compares line by line if both texts have as many lines; otherwise prints one block from the first to the last
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

/// Some changed blocks of lines near enough to share their context.
private struct DiffHunk {
  typealias Line = ArraySlice<UInt8>

  /// Lines of the old text that became lines of the new text.
  private struct Block {
    var old: Range<Int>
    var new: Range<Int>
  }

  private var blocks: [Block]
  private let context: Int

  static func hunks(from old: [Line], to new: [Line], context: Int) -> [DiffHunk] {
    var hunks: [DiffHunk] = []
    for block in blocks(from: old, to: new) {
      if let end = hunks.last?.blocks.last?.old.upperBound, block.old.lowerBound - end <= 2 * context {
        hunks[hunks.count - 1].blocks.append(block)
      } else {
        hunks.append(DiffHunk(blocks: [block], context: context))
      }
    }
    return hunks
  }

  private static func blocks(from old: [Line], to new: [Line]) -> [Block] {
    guard old.count == new.count else { return [singleBlock(from: old, to: new)] }
    var blocks: [Block] = []
    for index in old.indices where old[index] != new[index] {
      if blocks.last?.old.upperBound == index {
        let last = blocks.count - 1
        blocks[last] = Block(
          old: blocks[last].old.lowerBound..<index + 1, new: blocks[last].new.lowerBound..<index + 1)
      } else {
        blocks.append(Block(old: index..<index + 1, new: index..<index + 1))
      }
    }
    return blocks
  }

  private static func singleBlock(from old: [Line], to new: [Line]) -> Block {
    let start = zip(old, new).prefix { $0 == $1 }.count
    let end = zip(old[start...].reversed(), new[start...].reversed()).prefix { $0 == $1 }.count
    return Block(old: start..<old.count - end, new: start..<new.count - end)
  }

  func write(old: [Line], new: [Line], to output: inout [UInt8]) {
    guard let first = blocks.first, let last = blocks.last else { return }
    let before = min(context, first.old.lowerBound)
    let after = min(context, old.count - last.old.upperBound)
    let oldRange = Self.header(first.old.lowerBound - before..<last.old.upperBound + after)
    let newRange = Self.header(first.new.lowerBound - before..<last.new.upperBound + after)
    output += Array("@@ -\(oldRange) +\(newRange) @@\n".utf8)
    var position = first.old.lowerBound - before
    for block in blocks {
      for line in old[position..<block.old.lowerBound] { Self.write(line, " ", to: &output) }
      for line in old[block.old] { Self.write(line, "-", to: &output) }
      for line in new[block.new] { Self.write(line, "+", to: &output) }
      position = block.old.upperBound
    }
    for line in old[position..<position + after] { Self.write(line, " ", to: &output) }
  }

  private static func write(_ line: Line, _ mark: Unicode.Scalar, to output: inout [UInt8]) {
    output.append(UInt8(ascii: mark))
    output += line
    if line.last != 0x0A { output += Array("\n\\ No newline at end of file\n".utf8) }
  }

  /// First line from 1 and count; an empty range is named by the line before it, a count of one is left out.
  private static func header(_ lines: Range<Int>) -> String {
    switch lines.count {
    case 0: "\(lines.lowerBound),0"
    case 1: "\(lines.lowerBound + 1)"
    default: "\(lines.lowerBound + 1),\(lines.count)"
    }
  }
}

/// A path as git writes it in the header of a patch.
private struct DiffPath {
  private let relative: String

  init(_ path: String) {
    relative = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  /// The path below `a` or `b`: quoted like a C string if it has special characters, and ended by a tab if it has a
  /// space, which readers would take for the name's end.
  func prefixed(_ prefix: String) -> String {
    let path = "\(prefix)/\(relative)"
    let special = path.utf8.contains { $0 < 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
    guard special else { return path.utf8.contains(0x20) ? path + "\t" : path }
    return "\"" + path.utf8.map(Self.escaped).joined() + "\""
  }

  private static func escaped(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return "\\" + String(Unicode.Scalar(byte))
    case 0x20..<0x7F: return String(Unicode.Scalar(byte))
    default:
      let octal = String(byte, radix: 8)
      return "\\" + String(repeating: "0", count: 3 - octal.count) + octal
    }
  }
}
