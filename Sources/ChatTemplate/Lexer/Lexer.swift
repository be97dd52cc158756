/// Cuts a template's source into tokens, with Jinja's rules for white space around tags.
///
/// The settings are those of chat templates: the line end after a block tag is dropped (`trim_blocks`), and so are blanks
/// between the start of a line and a block tag (`lstrip_blocks`). `-` beside a tag drops all white space on that side,
/// `+` keeps what a setting would drop. One line end at the end of the source is also dropped.
struct Lexer {
  private enum Tag {
    case block, output, comment
  }

  let source: [Unicode.Scalar]
  var position = 0
  var line = 1
  private var tokens: [Token] = []

  init(source text: String) {
    var source: [Unicode.Scalar] = []
    source.reserveCapacity(text.utf8.count)
    var afterReturn = false
    for scalar in text.unicodeScalars {
      if scalar == "\r" {
        source.append("\n")
      } else if !(scalar == "\n" && afterReturn) {
        source.append(scalar)
      }
      afterReturn = scalar == "\r"
    }
    if source.last == "\n" { source.removeLast() }
    self.source = source
  }

  mutating func tokenize() throws(ChatTemplateError) -> [Token] {
    while position < source.count {
      let start = position
      guard let (opening, tag) = nextOpening() else {
        emit(.text(text(start..<source.count)))
        advance(to: source.count)
        break
      }
      let sign = signAfter(opening)
      emitText(start..<opening, sign: sign, strips: tag != .output)
      advance(to: opening + 2 + (sign == nil ? 0 : 1))
      switch tag {
      case .comment: try skipComment()
      case .output:
        emit(.outputBegin)
        try tokenizeTag(.output)
      case .block where skipRawOpening(): try tokenizeRaw()
      case .block:
        emit(.blockBegin)
        try tokenizeTag(.block)
      }
    }
    emit(.end)
    return tokens
  }

  /// Where the next tag opens, from `position` on.
  private func nextOpening() -> (Int, Tag)? {
    var index = position
    while index + 1 < source.count {
      if source[index] == "{" {
        switch source[index + 1] {
        case "%": return (index, .block)
        case "{": return (index, .output)
        case "#": return (index, .comment)
        default: break
        }
      }
      index += 1
    }
    return nil
  }

  /// The `-` or `+` directly after the two characters that open a tag.
  private func signAfter(_ opening: Int) -> Unicode.Scalar? {
    guard opening + 2 < source.count else { return nil }
    let sign = source[opening + 2]
    return sign == "-" || sign == "+" ? sign : nil
  }

  /// Emits the text before a tag without the white space that the tag drops.
  private mutating func emitText(_ range: Range<Int>, sign: Unicode.Scalar?, strips: Bool) {
    var end = range.upperBound
    if sign == "-" {
      while end > range.lowerBound, source[end - 1].isSpace { end -= 1 }
    } else if sign == nil, strips {
      var blank = end
      while blank > range.lowerBound, source[blank - 1] != "\n", source[blank - 1].isSpace { blank -= 1 }
      if blank == 0 || source[blank - 1] == "\n" { end = blank }
    }
    if end > range.lowerBound { emit(.text(text(range.lowerBound..<end))) }
  }
}

/// Blocks and outputs.
extension Lexer {
  /// Consumes the tokens of a block or an output, up to and including its end.
  ///
  /// Inside brackets the end is not looked for, so that `}}` can close two mappings.
  private mutating func tokenizeTag(_ tag: Tag) throws(ChatTemplateError) {
    var open: [Token.Symbol] = []
    while position < source.count {
      if open.isEmpty, consumeEnd(of: tag) { return }
      let scalar = source[position]
      if scalar.isSpace {
        skipSpace()
      } else if scalar.isDigit {
        try consumeNumber()
      } else if scalar.isNameStart {
        consumeName()
      } else if scalar == "'" || scalar == "\"" {
        try consumeString(quote: scalar)
      } else {
        try consumeSymbol(open: &open)
      }
    }
  }

  private mutating func consumeEnd(of tag: Tag) -> Bool {
    let end = tag == .block ? "%}" : "}}"
    let sign = source[position]
    let signed = sign == "-" || (sign == "+" && tag == .block)
    guard has(end, at: signed ? position + 1 : position) else { return false }
    emit(tag == .block ? .blockEnd : .outputEnd)
    advance(to: position + (signed ? 3 : 2))
    if tag == .block || sign == "-" { skipAfterEnd(sign: sign) }
    return true
  }

  private mutating func consumeName() {
    var end = position
    while end < source.count, source[end].isNameContinue { end += 1 }
    emit(.name(text(position..<end)))
    advance(to: end)
  }

  private mutating func consumeSymbol(open: inout [Token.Symbol]) throws(ChatTemplateError) {
    guard let symbol = Token.Symbol.allCases.first(where: { has($0.rawValue, at: position) }) else {
      throw failure("unexpected character '\(source[position])'")
    }
    switch symbol {
    case .leftBrace: open.append(.rightBrace)
    case .leftBracket: open.append(.rightBracket)
    case .leftParenthesis: open.append(.rightParenthesis)
    case .rightBrace, .rightBracket, .rightParenthesis:
      let expected = open.popLast()
      guard expected == symbol else {
        let hint = expected.map { ", expected '\($0.rawValue)'" } ?? ""
        throw failure("unexpected '\(symbol.rawValue)'\(hint)")
      }
    default: break
    }
    emit(.symbol(symbol))
    advance(to: position + symbol.rawValue.utf8.count)
  }
}

/// Comments and raw text.
extension Lexer {
  /// Skips a comment, from after its opening to after its end.
  private mutating func skipComment() throws(ChatTemplateError) {
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

  /// Skips the rest of a tag that opens raw text; false if this is another tag.
  private mutating func skipRawOpening() -> Bool {
    guard var end = endOfWord("raw", from: position) else { return false }
    let trims = has("-%}", at: end)
    guard trims || has("%}", at: end) else { return false }
    end += trims ? 3 : 2
    advance(to: end)
    if trims { skipSpace() }
    return true
  }

  /// Consumes raw text, up to and including the tag that ends it.
  private mutating func tokenizeRaw() throws(ChatTemplateError) {
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

  /// Skips the white space that the end of a block or a comment drops.
  private mutating func skipAfterEnd(sign: Unicode.Scalar) {
    if sign == "-" {
      skipSpace()
    } else if sign != "+", position < source.count, source[position] == "\n" {
      advance(to: position + 1)
    }
  }

  /// The index after that word and the white space around it; nil if another word comes next.
  private func endOfWord(_ word: String, from start: Int) -> Int? {
    var index = start
    while index < source.count, source[index].isSpace { index += 1 }
    guard has(word, at: index) else { return nil }
    index += word.unicodeScalars.count
    while index < source.count, source[index].isSpace { index += 1 }
    return index
  }
}

/// Reading and emitting.
extension Lexer {
  mutating func emit(_ kind: Token.Kind) { tokens.append(Token(kind: kind, line: line)) }

  mutating func advance(to end: Int) {
    while position < end {
      if source[position] == "\n" { line += 1 }
      position += 1
    }
  }

  private mutating func skipSpace() {
    var end = position
    while end < source.count, source[end].isSpace { end += 1 }
    advance(to: end)
  }

  /// Whether these characters come at that index.
  func has(_ characters: String, at start: Int) -> Bool {
    var index = start
    for scalar in characters.unicodeScalars {
      guard index < source.count, source[index] == scalar else { return false }
      index += 1
    }
    return true
  }

  func text(_ range: Range<Int>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: source[range])
    return String(text)
  }

  func failure(_ problem: String) -> ChatTemplateError { .syntax(problem, line: line) }
}
