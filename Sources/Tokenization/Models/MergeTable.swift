/// What two neighbouring tokens merge into, and how early.
struct Merge: Sendable {
  /// From 0; lower ranks merge first.
  let rank: UInt32
  let result: TokenID
}

/// The merges of a BPE model by pair of ids: an open-addressing table, probed linearly, never more than half full.
struct MergeTable: Sendable {
  /// Bounds the number of merges, so that a rank and a position fit one word of the merge queue.
  static let countLimit = 1 << 22

  private struct Slot {
    var pair = MergeTable.free
    var merge = Merge(rank: 0, result: 0)
  }

  /// No pair of ids: ids are not negative.
  private static let free = UInt64.max

  private var slots: [Slot]
  private let hasher = ByteHasher()

  /// A later merge of the same pair replaces an earlier one, as in the reference library.
  init(_ merges: [(left: TokenID, right: TokenID, result: TokenID)]) {
    slots = Array(repeating: Slot(), count: max(2, (2 * merges.count).nextPowerOfTwo))
    for (rank, merge) in merges.enumerated() {
      let pair = Self.pair(merge.left, merge.right)
      slots[position(of: pair)] = Slot(pair: pair, merge: Merge(rank: UInt32(rank), result: merge.result))
    }
  }

  @inline(__always)
  subscript(left: TokenID, right: TokenID) -> Merge? {
    let pair = Self.pair(left, right)
    let slot = slots[position(of: pair)]
    return slot.pair == pair ? slot.merge : nil
  }

  /// Where the pair is, or else belongs.
  @inline(__always)
  private func position(of pair: UInt64) -> Int {
    var position = Int(truncatingIfNeeded: hasher.hash(pair)) & (slots.count - 1)
    while slots[position].pair != pair, slots[position].pair != Self.free {
      position = (position + 1) & (slots.count - 1)
    }
    return position
  }

  @inline(__always)
  private static func pair(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }
}
