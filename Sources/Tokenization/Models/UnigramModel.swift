/// A unigram model: of all ways to cut a word into tokens, the one whose scores have the greatest sum counts.
struct UnigramModel: Sendable {
  /// The score of each token, by id.
  let scores: [Double]
  let trie: ByteTrie
  /// What stands for characters that have no token.
  let unknown: TokenID
  /// The tokens of bytes, -1 where there is none; nil if characters without token do not become bytes.
  let byteTokens: [TokenID]?
  /// What a character without token scores.
  let unknownScore: Double

  /// How far an unknown character is below the worst token.
  static let unknownPenalty = 10.0
}

/// Reading.
extension UnigramModel {
  /// - Throws: `TokenizerProblem` with the path of the field.
  init(tokens: TokenTable, scores: [Double], options: JSONFields) throws(TokenizerProblem) {
    guard let given = options["unk_id"] else {
      throw .unsupported(field: options.path(of: "unk_id"), value: "missing", supported: ["a token's id"])
    }
    guard let unknown = given.integer, scores.indices.contains(unknown) else {
      throw .field(options.path(of: "unk_id"), problem: "is \(given.serialized()), which is not a token's id")
    }
    self.unknown = TokenID(unknown)
    self.scores = scores
    trie = ByteTrie(tokens)
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    byteTokens = try options.bool("byte_fallback", default: false) ? tokens.fallbackTokens : nil
  }
}

/// Finds the best way to cut a word, as `encode_optimized` of the reference library does; keeps its memory between
/// words.
struct UnigramCutter {
  /// The best way to cut the word up to some byte: its last token, and where that starts.
  private struct Ending {
    var id: TokenID = 0
    var score = 0.0
    /// -1 if no token ends there.
    var start = -1
  }

  private var endings: [Ending] = []
  private var pieces: [(id: TokenID, range: Range<Int>)] = []

  /// Appends the ids of one word.
  ///
  /// - Complexity: O(*nm*), *n* the word's bytes and *m* those of the longest token.
  mutating func cut(
    _ word: UnsafeBufferPointer<UInt8>, model: UnigramModel, tokens: TokenTable, into ids: inout [TokenID]
  ) {
    findEndings(in: UTF8Text(word), model)
    collectPieces(count: word.count, unknown: model.unknown)
    for (id, range) in pieces.reversed() {
      let bytes = UnsafeBufferPointer(rebasing: word[range])
      // A fused run may be a token of its own.
      if id == model.unknown, let whole = tokens.id(bytes) {
        ids.append(whole)
      } else if id == model.unknown, let byteTokens = model.byteTokens, bytes.allSatisfy({ byteTokens[Int($0)] >= 0 }) {
        for byte in bytes { ids.append(byteTokens[Int(byte)]) }
      } else {
        ids.append(id)
      }
    }
  }

  private mutating func findEndings(in text: UTF8Text, _ model: UnigramModel) {
    endings.removeAll(keepingCapacity: true)
    endings.append(contentsOf: repeatElement(Ending(), count: text.count + 1))
    var start = 0
    while start < text.count {
      let characterEnd = text.position(after: start)
      let score = endings[start].score
      var hasCharacter = false
      model.trie.forEachMatch(in: text, at: start) { end, id in
        offer(Ending(id: id, score: model.scores[Int(id)] + score, start: start), at: end)
        hasCharacter = hasCharacter || end == characterEnd
      }
      if !hasCharacter {
        offer(Ending(id: model.unknown, score: model.unknownScore + score, start: start), at: characterEnd)
      }
      start = characterEnd
    }
  }

  private mutating func offer(_ ending: Ending, at end: Int) {
    if endings[end].start < 0 || ending.score > endings[end].score { endings[end] = ending }
  }

  /// Lists the pieces from the last to the first, with neighbouring unknown characters as one.
  private mutating func collectPieces(count: Int, unknown: TokenID) {
    pieces.removeAll(keepingCapacity: true)
    var end = count
    while end > 0 {
      let ending = endings[end]
      if ending.id == unknown, let last = pieces.last, last.id == unknown {
        pieces[pieces.count - 1].range = ending.start..<last.range.upperBound
      } else {
        pieces.append((ending.id, ending.start..<end))
      }
      end = ending.start
    }
  }
}
