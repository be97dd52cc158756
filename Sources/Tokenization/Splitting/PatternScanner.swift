/// Finds where the next match of a splitting pattern ends; every pattern here matches at any position.
protocol PatternScanner {
  var text: UTF8Text { get }
  /// The end of the text as the pattern sees it.
  var limit: Int { get }

  /// The end of the match that begins at a position before the limit.
  func end(from position: Int) -> Int
}

extension PatternScanner {
  /// The class of the scalar at a position, and the position after it; nil at the limit.
  @inline(__always)
  func classify(_ position: Int) -> (ScalarClass, end: Int)? {
    guard position < limit else { return nil }
    let (scalar, end) = text.scalar(at: position)
    return (scalar.splittingClass, end)
  }

  /// The end of the longest run of one class, of at most `count` scalars.
  @inline(__always)
  func endOfRun(of kind: ScalarClass, from position: Int, atMost count: Int = .max) -> Int {
    var position = position
    var remaining = count
    while remaining > 0, let (next, end) = classify(position), next == kind {
      position = end
      remaining -= 1
    }
    return position
  }

  /// The end of `\s+(?!\S)|\s+`: white space before a word leaves its last character to the word, unless it is alone.
  func endOfSpaces(from position: Int) -> Int {
    let end = endOfRun(of: .space, from: position)
    guard end < limit else { return end }
    let last = text.scalar(before: end).start
    return last > position ? last : end
  }

  /// The end of `'s|'t|'re|'ve|'m|'ll|'d` where it matches.
  func endOfContraction(from position: Int, ignoringCase: Bool) -> Int? {
    guard position + 1 < limit, text[position] == UInt8(ascii: "'") else { return nil }
    let next = ignoringCase ? text[position + 1] | 0x20 : text[position + 1]
    let second: UInt8
    switch next {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return position + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"): second = UInt8(ascii: "e")
    case UInt8(ascii: "l"): second = UInt8(ascii: "l")
    default: return ignoringCase ? endOfLongS(from: position + 1) : nil
    }
    guard position + 2 < limit else { return nil }
    let last = ignoringCase ? text[position + 2] | 0x20 : text[position + 2]
    return last == second ? position + 3 : nil
  }

  /// U+017F, the long s, is an s where case is ignored.
  private func endOfLongS(from position: Int) -> Int? {
    let (scalar, end) = text.scalar(at: position)
    return scalar == "\u{17F}" ? end : nil
  }
}
