/// Where rows of a matrix that stand one after the other in a file stand side by side in memory, in blocks of 16.
///
/// A row consists of units; in a block, unit `u` of row `r` is number `16 u + r`. So a processor that works on a row in each
/// element of a vector reads a block from its beginning to its end.
public struct RowBlocks: Sendable, Hashable {
  /// Rows of a block.
  public static let rowCount = 16

  /// Where the rows lie in the file.
  public let range: Range<Int>
  public let rowBytes: Int
  public let unitBytes: Int

  var blockBytes: Int { Self.rowCount * rowBytes }

  /// - Parameter unitBytes: 1, 2 or 4.
  /// - Precondition: The range is whole blocks, and a row whole units.
  public init(range: Range<Int>, rowBytes: Int, unitBytes: Int) {
    precondition([1, 2, 4].contains(unitBytes) && rowBytes > 0 && rowBytes % unitBytes == 0)
    precondition(range.count % (Self.rowCount * rowBytes) == 0)
    (self.range, self.rowBytes, self.unitBytes) = (range, rowBytes, unitBytes)
  }

  /// Puts the rows of a block, which stand one after the other, side by side.
  func interleave(_ rows: UnsafeRawPointer, into block: UnsafeMutableRawPointer) {
    transpose(rows, rows: Self.rowCount, columns: rowBytes / unitBytes, into: block)
  }

  /// Undoes `interleave`.
  func restore(_ block: UnsafeRawPointer, into rows: UnsafeMutableRawPointer) {
    transpose(block, rows: rowBytes / unitBytes, columns: Self.rowCount, into: rows)
  }

  private func transpose(_ from: UnsafeRawPointer, rows: Int, columns: Int, into: UnsafeMutableRawPointer) {
    // By pointers that move on: with an offset computed for each unit this takes four times as long.
    func move<Unit: FixedWidthInteger>(_: Unit.Type) {
      let size = MemoryLayout<Unit>.size
      var to = into
      for column in 0..<columns {
        var source = from + column * size
        for _ in 0..<rows {
          to.storeBytes(of: source.loadUnaligned(as: Unit.self), as: Unit.self)
          source += columns * size
          to += size
        }
      }
    }
    switch unitBytes {
    case 1: move(UInt8.self)
    case 2: move(UInt16.self)
    default: move(UInt32.self)
    }
  }
}
