/// Merges the bytes or characters of words into tokens; keeps its memory between words.
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
  mutating func merge(
    _ word: UnsafeBufferPointer<UInt8>, model: BytePairModel, tokens: TokenTable, into ids: inout [TokenID]
  ) {
    symbols.removeAll(keepingCapacity: true)
    switch model.alphabet {
    case .bytes(let byteTokens) where model.affixes == .none: loadBytes(of: word, byteTokens, model)
    case .bytes: loadCharacters(of: word, ofOneByte: true, nil, model, tokens)
    case .characters(let byteTokens): loadCharacters(of: word, ofOneByte: false, byteTokens, model, tokens)
    }
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

  private mutating func loadBytes(
    of word: UnsafeBufferPointer<UInt8>, _ byteTokens: [TokenID], _ model: BytePairModel
  ) {
    var followsUnknown = false
    for byte in word {
      var id = byteTokens[Int(byte)]
      let isUnknown = id < 0
      if isUnknown {
        guard let unknown = model.unknown, !(followsUnknown && model.fusesUnknown) else { continue }
        id = unknown
      }
      followsUnknown = isUnknown
      addSymbol(id)
    }
  }

  private mutating func loadCharacters(
    of word: UnsafeBufferPointer<UInt8>, ofOneByte isOneByte: Bool, _ byteTokens: [TokenID]?, _ model: BytePairModel,
    _ tokens: TokenTable
  ) {
    // An unknown token is added when a known one follows it or the word ends, so bytes come before it, as in the
    // reference library.
    var hasUnknown = false
    let text = UTF8Text(word)
    var position = 0
    while position < text.count {
      let end = isOneByte ? position + 1 : text.position(after: position)
      let character = text.bytes(position..<end)
      let (id, bytes) = Self.spelled(character, isFirst: position == 0, isLast: end == text.count, model, tokens)
      position = end
      if let id {
        if hasUnknown, let unknown = model.unknown { addSymbol(unknown) }
        hasUnknown = false
        addSymbol(id)
      } else if let byteTokens, bytes.allSatisfy({ byteTokens[Int($0)] >= 0 }) {
        for byte in bytes { addSymbol(byteTokens[Int(byte)]) }
      } else if let unknown = model.unknown {
        if hasUnknown, !model.fusesUnknown { addSymbol(unknown) }
        hasUnknown = true
      }
    }
    if hasUnknown, let unknown = model.unknown { addSymbol(unknown) }
  }

  /// The token of a character in its place; and, if there is none, the bytes that the character is spelled with there.
  private static func spelled(
    _ character: UnsafeBufferPointer<UInt8>, isFirst: Bool, isLast: Bool, _ model: BytePairModel, _ tokens: TokenTable
  ) -> (id: TokenID?, bytes: [UInt8]) {
    guard model.affixes != .none else {
      if let id = tokens.id(character) { return (id, []) }
      return (nil, Array(character))
    }
    let bytes = (isFirst ? [] : model.affixes.prefix) + character + (isLast ? model.affixes.suffix : [])
    return (bytes.withUnsafeBufferPointer { tokens.id($0) }, bytes)
  }

  private mutating func addSymbol(_ id: TokenID) {
    symbols.append(Symbol(id: id, previous: symbols.count - 1, next: symbols.count + 1))
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

/// The merges that a word may still see: a binary heap, lowest rank first, then leftmost.
private struct MergeQueue {
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
