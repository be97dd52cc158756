/// The merges that a word may still see: a binary heap, lowest rank first, then leftmost.
struct MergeQueue {
  struct Candidate {
    let rank: UInt32
    let position: Int
  }

  /// Rank above position, so that one comparison orders both.
  private var keys: [UInt64] = []
  private static let positionBits: UInt64 = 40

  mutating func removeAll() { keys.removeAll(keepingCapacity: true) }

  /// Adds a candidate; the order holds again only after `restoreOrder`.
  mutating func appendUnordered(rank: UInt32, position: Int) {
    keys.append(UInt64(rank) << Self.positionBits | UInt64(position))
  }

  /// - Complexity: O(*n*).
  mutating func restoreOrder() {
    for position in stride(from: keys.count / 2 - 1, through: 0, by: -1) { siftDown(from: position) }
  }

  /// - Complexity: O(log *n*).
  mutating func insert(rank: UInt32, position: Int) {
    appendUnordered(rank: rank, position: position)
    var child = keys.count - 1
    while child > 0, keys[child] < keys[(child - 1) / 2] {
      keys.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// - Complexity: O(log *n*).
  mutating func popFirst() -> Candidate? {
    guard let key = keys.first else { return nil }
    keys[0] = keys[keys.count - 1]
    keys.removeLast()
    siftDown(from: 0)
    return Candidate(
      rank: UInt32(truncatingIfNeeded: key >> Self.positionBits),
      position: Int(key & (1 << Self.positionBits - 1)))
  }

  private mutating func siftDown(from start: Int) {
    var parent = start
    while true {
      var least = 2 * parent + 1
      guard least < keys.count else { return }
      if least + 1 < keys.count, keys[least + 1] < keys[least] { least += 1 }
      guard keys[least] < keys[parent] else { return }
      keys.swapAt(least, parent)
      parent = least
    }
  }
}
