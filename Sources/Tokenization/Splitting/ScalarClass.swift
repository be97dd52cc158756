/// Characters that a step cuts text at one by one, without a pattern.
enum ScalarClass: Sendable, Equatable {
  case only(Unicode.Scalar)
  /// `White_Space`.
  case space
  /// Decimal digits, letters that stand for numbers, and other numbers.
  case number
  /// Punctuation, and the ASCII symbols, as BERT has them.
  case punctuation
  /// What patterns call `\w`.
  case word

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .only(let member): return scalar == member
    case .space: return scalar.isUnicodeSpace
    case .number:
      if scalar.isASCII { return ("0"..."9").contains(scalar) }
      switch scalar.properties.generalCategory {
      case .decimalNumber, .letterNumber, .otherNumber: return true
      default: return false
      }
    case .punctuation: return scalar.isBertPunctuation
    case .word: return scalar.isWordCharacter
    }
  }

  /// Calls `body` with each part of a range in order, and whether it is a member; other parts are as long as possible.
  func forEachPart(of text: UTF8Text, _ range: Range<Int>, _ body: (Range<Int>, _ isMember: Bool) -> Void) {
    var (start, position) = (range.lowerBound, range.lowerBound)
    while position < range.upperBound {
      let (scalar, end) = text.scalar(at: position)
      if contains(scalar) {
        if start < position { body(start..<position, false) }
        body(position..<end, true)
        start = end
      }
      position = end
    }
    if start < range.upperBound { body(start..<range.upperBound, false) }
  }
}
