import Synchronization

/// Numbers that stand for pieces of text, for a folder whose tokenizer is not read.
///
/// The line protocol passes prompts as tokens. A number's piece is a word with the white space before it, in the order in
/// which they came up; joined, the pieces are the text. How many there are says nothing about the model's own tokens.
final class StandInTokens: Sendable {
  private struct Pieces {
    var texts: [[UInt8]] = []
    var ids: [[UInt8]: Int32] = [:]

    mutating func id(of piece: [UInt8]) -> Int32 {
      if let known = ids[piece] { return known }
      let id = Int32(texts.count)
      ids[piece] = id
      texts.append(piece)
      return id
    }
  }

  private let pieces = Mutex(Pieces())

  func tokens(of text: String) -> [Int32] {
    pieces.withLock { pieces in
      var tokens: [Int32] = []
      var piece: [UInt8] = []
      for byte in text.utf8 {
        if byte == UInt8(ascii: " "), let last = piece.last, last != byte {
          tokens.append(pieces.id(of: piece))
          piece = []
        }
        piece.append(byte)
      }
      return piece.isEmpty ? tokens : tokens + [pieces.id(of: piece)]
    }
  }

  /// The text of some tokens; nothing for those that were never given out.
  func text(of tokens: [Int32]) -> String {
    pieces.withLock { pieces in
      let known = tokens.filter { pieces.texts.indices.contains(Int($0)) }
      return String(decoding: known.flatMap { pieces.texts[Int($0)] }, as: UTF8.self)
    }
  }
}
