/// Turns the words of one text into ids, remembering the words it has seen.
struct WordEncoder {
  /// A word seen before: its bytes in the arena, and where its ids stand in the output.
  private struct SeenWord {
    var start = 0
    /// 0 if the slot is free.
    var length: Int32 = 0
    var idCount: Int32 = 0
    var firstID = 0
  }

  private let model: WordModel
  private let tokens: TokenTable
  private var merger = BytePairMerger()
  private var cutter = UnigramCutter()
  /// By the low bits of the hash; a new word replaces what was there.
  private var seen: [SeenWord]
  private var arena: [UInt8] = []

  private static let longestSeenWord = 64
  private static let seenLimit = 1 << 14

  /// - Parameter byteCount: About how many bytes of text will follow.
  init(model: WordModel, tokens: TokenTable, byteCount: Int) {
    self.model = model
    self.tokens = tokens
    seen = Array(repeating: SeenWord(), count: min(Self.seenLimit, max(8, byteCount / 4).nextPowerOfTwo))
  }

  /// Appends the ids of one word; `ids` must hold what earlier calls appended.
  mutating func append(_ word: UnsafeBufferPointer<UInt8>, to ids: inout [TokenID]) {
    let hash = tokens.hasher.hash(word)
    if case .bytePairs(let model) = model, model.ignoresMerges, let id = tokens.id(word, hash: hash) {
      ids.append(id)
      return
    }
    guard word.count <= Self.longestSeenWord else { return encode(word, into: &ids) }
    let slot = Int(truncatingIfNeeded: hash) & (seen.count - 1)
    let known = seen[slot]
    if Int(known.length) == word.count, isSeen(known, word) {
      for position in known.firstID..<known.firstID + Int(known.idCount) { ids.append(ids[position]) }
      return
    }
    let firstID = ids.count
    encode(word, into: &ids)
    seen[slot] = SeenWord(
      start: arena.count, length: Int32(word.count), idCount: Int32(ids.count - firstID), firstID: firstID)
    arena += word
  }

  private func isSeen(_ known: SeenWord, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
    arena.withUnsafeBufferPointer {
      UnsafeBufferPointer(rebasing: $0[known.start..<known.start + word.count]).holdsSameBytes(as: word)
    }
  }

  private mutating func encode(_ word: UnsafeBufferPointer<UInt8>, into ids: inout [TokenID]) {
    switch model {
    case .bytePairs(let model): merger.merge(word, model: model, tokens: tokens, into: &ids)
    case .unigram(let model): cutter.cut(word, model: model, tokens: tokens, into: &ids)
    case .wordPieces(let model): model.append(word, into: &ids)
    case .words(let model): model.append(word, tokens: tokens, into: &ids)
    }
  }
}
