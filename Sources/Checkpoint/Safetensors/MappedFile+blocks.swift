import Dispatch

/// Rows that stand side by side in memory.
extension MappedFile {
  /// Moves rows of a copy into blocks; `bytes` shows them so from then on, while hashes are those of the file.
  ///
  /// Nothing may read the bytes meanwhile.
  ///
  /// - Precondition: The bytes are a copy that was not moved before, and no rows overlap with others.
  /// - Throws: `.unreadable` if the system does not let the copy be written.
  /// - Complexity: O(*n*) in bytes, shared by all processors.
  public func interleave(_ wanted: Set<RowBlocks>) throws(CheckpointError) {
    let sorted = wanted.sorted { $0.range.lowerBound < $1.range.lowerBound }
    precondition(zip(sorted, sorted.dropFirst()).allSatisfy { $0.range.upperBound <= $1.range.lowerBound })
    precondition(!isMoved, "rows are moved once")
    do throws(MappingFailure) {
      try mapping.write { bytes in
        for rows in sorted { bytes.interleave(rows) }
      }
    } catch {
      throw .unreadable(url.path, reason: error.reason)
    }
    blocks.withLock { $0 = sorted }
  }

  /// Whether rows were moved, so that who expects them as in the file would read others.
  public var isMoved: Bool { blocks.withLock { !$0.isEmpty } }

  /// Calls `body` with the file's bytes in their order, a few at a time, as they stand in the file.
  func forEachPiece<Failure: Error>(
    of range: Range<Int>, atMost limit: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let all = blocks.withLock { $0 }
    var next = 0
    var position = range.lowerBound
    while position < range.upperBound {
      while next < all.count, all[next].range.upperBound <= position { next += 1 }
      if next < all.count, all[next].range.lowerBound <= position {
        let (blocks, start) = (all[next], all[next].range.lowerBound)
        let index = (position - start) / blocks.blockBytes
        let block = start + index * blocks.blockBytes
        let rows = UnsafeMutableRawBufferPointer.allocate(byteCount: blocks.blockBytes, alignment: 64)
        defer { rows.deallocate() }
        if let from = bytes.baseAddress, let to = rows.baseAddress { blocks.restore(from + block, into: to) }
        let end = min(block + blocks.blockBytes, range.upperBound)
        try body(UnsafeRawBufferPointer(rebasing: rows[position - block..<end - block]))
        position = end
      } else {
        let limits = [
          position + limit, range.upperBound, next < all.count ? all[next].range.lowerBound : range.upperBound,
        ]
        let end = limits.reduce(range.upperBound, min)
        try body(UnsafeRawBufferPointer(rebasing: bytes[position..<end]))
        position = end
      }
    }
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Puts the rows of each block side by side.
  fileprivate func interleave(_ blocks: RowBlocks) {
    // Each iteration moves a block of its own.
    nonisolated(unsafe) let bytes = UnsafeMutableRawBufferPointer(rebasing: self[blocks.range])
    DispatchQueue.concurrentPerform(iterations: bytes.count / blocks.blockBytes) { index in
      guard let block = bytes.baseAddress.map({ $0 + index * blocks.blockBytes }) else { return }
      let rows = UnsafeMutableRawPointer.allocate(byteCount: blocks.blockBytes, alignment: 64)
      defer { rows.deallocate() }
      rows.copyMemory(from: block, byteCount: blocks.blockBytes)
      blocks.interleave(rows, into: block)
    }
  }
}
