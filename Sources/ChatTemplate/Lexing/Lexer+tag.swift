extension Lexer {
  /// Takes the tokens of a block or an output, up to and with its end.
  ///
  /// Inside brackets the end is not looked for, so that `}}` can close two mappings.
  mutating func tokenizeTag(_ tag: Tag) throws(ChatTemplateError) {
    var open: [Token.Symbol] = []
    while position < source.count {
      if open.isEmpty, takeEnd(of: tag) { return }
      let scalar = source[position]
      if scalar.isSpace {
        skipSpace()
      } else if scalar.isDigit {
        try takeNumber()
      } else if scalar.isNameStart {
        takeName()
      } else if scalar == "'" || scalar == "\"" {
        try takeString(quote: scalar)
      } else {
        try takeSymbol(open: &open)
      }
    }
  }

  private mutating func takeEnd(of tag: Tag) -> Bool {
    let end = tag == .block ? "%}" : "}}"
    let sign = source[position]
    let signed = sign == "-" || (sign == "+" && tag == .block)
    guard has(end, at: signed ? position + 1 : position) else { return false }
    emit(tag == .block ? .blockEnd : .outputEnd)
    advance(to: position + (signed ? 3 : 2))
    if tag == .block || sign == "-" { skipAfterEnd(sign: sign) }
    return true
  }

  private mutating func takeName() {
    var end = position
    while end < source.count, source[end].isNameContinue { end += 1 }
    emit(.name(text(position..<end)))
    advance(to: end)
  }

  private mutating func takeSymbol(open: inout [Token.Symbol]) throws(ChatTemplateError) {
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
