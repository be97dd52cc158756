/// Cuts a template's source into tokens, with Jinja's rules for white space around tags.
///
/// The settings are those of chat templates: the line end after a block tag is dropped (`trim_blocks`), and so are blanks
/// between the start of a line and a block tag (`lstrip_blocks`); `-` beside a tag drops all white space on that side,
/// `+` keeps what a setting would drop. One line end at the end of the source is dropped as well.
struct Lexer {
  enum Tag: Equatable {
    case block, output, comment
  }

  let source: [Unicode.Scalar]
  var position = 0
  var line = 1
  var tokens: [Token] = []

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
  func nextOpening() -> (Int, Tag)? {
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
  func signAfter(_ opening: Int) -> Unicode.Scalar? {
    guard opening + 2 < source.count else { return nil }
    let sign = source[opening + 2]
    return sign == "-" || sign == "+" ? sign : nil
  }

  /// Emits the text before a tag without the white space that the tag takes with it.
  mutating func emitText(_ range: Range<Int>, sign: Unicode.Scalar?, strips: Bool) {
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

  mutating func emit(_ kind: Token.Kind) { tokens.append(Token(kind: kind, line: line)) }

  mutating func advance(to end: Int) {
    while position < end {
      if source[position] == "\n" { line += 1 }
      position += 1
    }
  }

  mutating func skipSpace() {
    var end = position
    while end < source.count, source[end].isSpace { end += 1 }
    advance(to: end)
  }

  /// Whether the source goes on with these characters at that place.
  func has(_ characters: String, at place: Int) -> Bool {
    var index = place
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
