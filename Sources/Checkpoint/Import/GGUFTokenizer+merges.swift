/// The merges of a SentencePiece BPE model, which keeps only its pieces and their scores.
///
/// SentencePiece joins the two neighbours whose joined piece has the highest score. A list of merges says the same if it
/// has every way to cut a piece in two, pieces in the order of their scores.
extension GGUFTokenizer {
  /// Bounds the work for a piece; training allows far less.
  private static let pieceLimit = 512

  /// The merges by rank.
  ///
  /// - Parameters:
  ///   - scores: By id.
  ///   - types: By id.
  /// - Throws: `.badField` for a score that is not finite.
  /// - Complexity: O(*n* log *n*) in pieces.
  static func sentencePieceMerges(
    _ pieces: [String], scores: [Double], _ types: [GGUFTokenType]
  ) throws(GGUFProblem) -> [(String, String)] {
    let merged = pieces.indices.filter { types[$0].isMerged }
    if let id = merged.first(where: { !scores[$0].isFinite }) {
      throw .badField("tokenizer.ggml.scores[\(id)]", problem: "is not a finite number")
    }
    // The scores of pieces that users defined say nothing; text becomes such a piece before any other.
    let ranked = merged.sorted { left, right in
      let (first, second) = (types[left] == .userDefined, types[right] == .userDefined)
      if first != second { return first }
      return first || scores[left] == scores[right] ? left < right : scores[left] > scores[right]
    }
    let known = Set(merged.map { Array(pieces[$0].utf8)[...] })
    return ranked.flatMap { cuts(of: Array(pieces[$0].utf8), into: known) }
  }

  /// The pairs of pieces that a piece consists of, those with the longest start first.
  private static func cuts(of piece: [UInt8], into known: Set<ArraySlice<UInt8>>) -> [(String, String)] {
    guard piece.count <= pieceLimit else { return [] }
    return piece.indices.dropFirst().reversed().compactMap { cut in
      // Between characters only.
      guard piece[cut] & 0xC0 != 0x80, known.contains(piece[..<cut]), known.contains(piece[cut...]) else { return nil }
      return (String(decoding: piece[..<cut], as: UTF8.self), String(decoding: piece[cut...], as: UTF8.self))
    }
  }
}
