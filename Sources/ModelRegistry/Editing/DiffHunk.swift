/// Some changed blocks of lines near enough to share their context.
struct DiffHunk {
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
