/// Turns the words of one text into ids, remembering the words it has seen.
struct WordEncoder {
  /// A word seen before: where it stood in the text, and where its ids stand in the output.
  private struct SeenWord {
    var start = 0
    var length: Int32 = 0
    var idCount: Int32 = 0
    var firstID = 0
    /// Which text; 0 if the slot is free.
    var text = 0
  }

  private let model: BytePairModel
  private var merger = BytePairMerger()
  /// By the low bits of the hash; a new word replaces what was there.
  private var seen: [SeenWord]
  /// The number of the text that words are now taken from, from 1.
  private var text = 1

  private static let longestSeenWord = 64
  private static let seenLimit = 1 << 14

  /// - Parameter byteCount: About how many bytes of text will follow.
  init(model: BytePairModel, byteCount: Int) {
    self.model = model
    seen = Array(repeating: SeenWord(), count: min(Self.seenLimit, max(8, byteCount / 4).nextPowerOfTwo))
  }

  /// Forgets all words; must be called when another text follows.
  mutating func forgetWords() { text += 1 }

  /// Appends the ids of one word; `ids` must hold what earlier calls for the same text appended.
  mutating func append(_ range: Range<Int>, of text: UTF8Text, to ids: inout [TokenID]) {
    let word = text.bytes(range)
    let hash = model.tokens.hasher.hash(word)
    if model.ignoresMerges, let id = model.tokens.id(word, hash: hash) {
      ids.append(id)
      return
    }
    guard word.count <= Self.longestSeenWord else { return merger.merge(word, model: model, into: &ids) }
    let slot = Int(truncatingIfNeeded: hash) & (seen.count - 1)
    let known = seen[slot]
    if known.text == self.text, Int(known.length) == word.count,
      text.bytes(known.start..<known.start + word.count).holdsSameBytes(as: word)
    {
      for position in known.firstID..<known.firstID + Int(known.idCount) { ids.append(ids[position]) }
      return
    }
    let firstID = ids.count
    merger.merge(word, model: model, into: &ids)
    seen[slot] = SeenWord(
      start: range.lowerBound, length: Int32(word.count), idCount: Int32(ids.count - firstID),
      firstID: firstID, text: self.text)
  }
}
