/// An open-addressing table of token ids, probed linearly and never more than half full.
struct TokenIndex: Sendable {
  private struct Slot {
    /// -1 where the slot is free.
    var id: TokenID = -1
    var tag: UInt32 = 0
  }

  private var slots: [Slot]
  private(set) var count = 0

  init(capacity: Int) {
    slots = Array(repeating: Slot(), count: max(2, (2 * capacity).nextPowerOfTwo))
  }

  /// The id under `hash` for which `isMatch` holds.
  @inline(__always)
  func id(hash: UInt64, isMatch: (TokenID) -> Bool) -> TokenID? {
    var position = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    while slots[position].id >= 0 {
      if slots[position].tag == tag, isMatch(slots[position].id) { return slots[position].id }
      position = (position + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Adds an id that is not there yet; at most as many as the capacity.
  mutating func insert(_ id: TokenID, hash: UInt64) {
    var position = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[position].id >= 0 { position = (position + 1) & (slots.count - 1) }
    slots[position] = Slot(id: id, tag: UInt32(truncatingIfNeeded: hash >> 32))
    count += 1
  }
}

extension Int {
  /// The least power of two that is not less; 1 for zero.
  var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
