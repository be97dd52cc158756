/// Merges the bytes of words into tokens; keeps its memory between words.
///
/// The symbols of a word form a linked list, and a queue holds the pairs that can merge. Pairs that have changed since
/// they were queued stay in the queue and are passed over.
struct BytePairMerger {
  private struct Symbol {
    /// -1 once merged into its left neighbour.
    var id: TokenID
    var previous: Int
    var next: Int
  }

  private var symbols: [Symbol] = []
  private var queue = MergeQueue()

  /// Appends the ids of one word.
  ///
  /// - Complexity: O(*n* log *n*) in the word's bytes.
  mutating func merge(_ word: UnsafeBufferPointer<UInt8>, model: BytePairModel, into ids: inout [TokenID]) {
    loadSymbols(of: word, model: model)
    guard !symbols.isEmpty else { return }
    queueNeighbours(merges: model.merges)
    while let candidate = queue.popFirst() {
      let left = candidate.position
      let right = symbols[left].next
      guard symbols[left].id >= 0, right < symbols.count,
        let merge = model.merges[symbols[left].id, symbols[right].id],
        merge.rank == candidate.rank
      else { continue }
      join(left, right, as: merge.result, merges: model.merges)
    }
    var position = 0
    while position < symbols.count {
      ids.append(symbols[position].id)
      position = symbols[position].next
    }
  }

  private mutating func loadSymbols(of word: UnsafeBufferPointer<UInt8>, model: BytePairModel) {
    symbols.removeAll(keepingCapacity: true)
    var followsUnknown = false
    for byte in word {
      var id = model.byteTokens[Int(byte)]
      let isUnknown = id < 0
      if isUnknown {
        guard let unknown = model.unknown, !(followsUnknown && model.fusesUnknown) else { continue }
        id = unknown
      }
      followsUnknown = isUnknown
      symbols.append(Symbol(id: id, previous: symbols.count - 1, next: symbols.count + 1))
    }
  }

  private mutating func queueNeighbours(merges: MergeTable) {
    queue.removeAll()
    for right in symbols.indices.dropFirst() {
      guard let merge = merges[symbols[right - 1].id, symbols[right].id] else { continue }
      queue.appendUnordered(rank: merge.rank, position: right - 1)
    }
    queue.restoreOrder()
  }

  private mutating func join(_ left: Int, _ right: Int, as id: TokenID, merges: MergeTable) {
    let previous = symbols[left].previous
    let next = symbols[right].next
    symbols[left].id = id
    symbols[left].next = next
    symbols[right].id = -1
    if previous >= 0, let merge = merges[symbols[previous].id, id] {
      queue.insert(rank: merge.rank, position: previous)
    }
    if next < symbols.count {
      symbols[next].previous = left
      if let merge = merges[id, symbols[next].id] { queue.insert(rank: merge.rank, position: left) }
    }
  }
}
