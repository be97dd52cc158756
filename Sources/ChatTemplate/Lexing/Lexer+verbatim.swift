extension Lexer {
  /// Skips a comment, from after its opening to after its end.
  mutating func skipComment() throws(ChatTemplateError) {
    guard position < source.count else { return }
    var end = position
    while !has("#}", at: end) {
      guard end < source.count else { throw failure("a comment has no end ('#}')") }
      end += 1
    }
    let sign = end > position ? source[end - 1] : " "
    advance(to: end + 2)
    skipAfterEnd(sign: sign)
  }

  /// Skips the rest of a tag that opens verbatim text, if this is one.
  mutating func skipRawOpening() -> Bool {
    guard var end = endOfWord("raw", from: position) else { return false }
    let trims = has("-%}", at: end)
    guard trims || has("%}", at: end) else { return false }
    end += trims ? 3 : 2
    advance(to: end)
    if trims { skipSpace() }
    return true
  }

  /// Takes text as it stands, up to and past the tag that ends it.
  mutating func tokenizeRaw() throws(ChatTemplateError) {
    let start = position
    guard start < source.count else { return }
    for opening in start..<source.count where has("{%", at: opening) {
      let sign = signAfter(opening)
      guard let end = endOfWord("endraw", from: opening + 2 + (sign == nil ? 0 : 1)) else { continue }
      let closing = has("%}", at: end) ? end : end + 1
      let endSign = source.indices.contains(end) ? source[end] : " "
      guard closing == end || endSign == "-" || endSign == "+", has("%}", at: closing) else { continue }
      emitText(start..<opening, sign: sign, strips: true)
      advance(to: closing + 2)
      skipAfterEnd(sign: endSign)
      return
    }
    throw failure("a raw block has no end ('{% endraw %}')")
  }

  /// Skips what the end of a block or a comment takes with it.
  mutating func skipAfterEnd(sign: Unicode.Scalar) {
    if sign == "-" {
      skipSpace()
    } else if sign != "+", position < source.count, source[position] == "\n" {
      advance(to: position + 1)
    }
  }

  /// The place after that word and the white space around it.
  private func endOfWord(_ word: String, from start: Int) -> Int? {
    var index = start
    while index < source.count, source[index].isSpace { index += 1 }
    guard has(word, at: index) else { return nil }
    index += word.unicodeScalars.count
    while index < source.count, source[index].isSpace { index += 1 }
    return index
  }
}
