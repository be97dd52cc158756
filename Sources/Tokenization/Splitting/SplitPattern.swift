/// The regular expressions that published tokenizers split by, each run by a `PatternScanner`.
enum SplitPattern: Sendable, CaseIterable {
  case gpt2, llama3, qwen2

  /// The pattern as `tokenizer.json` spells it.
  var source: String {
    switch self {
    case .gpt2: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .llama3: Self.llama3Source(digits: #"\p{N}{1,3}"#)
    case .qwen2: Self.llama3Source(digits: #"\p{N}"#)
    }
  }

  private static func llama3Source(digits: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }
}

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

  /// The end of `'s|'t|'re|'ve|'m|'ll|'d`, or nil if it does not match.
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

  /// U+017F, the long s, counts as an s when case is ignored.
  private func endOfLongS(from position: Int) -> Int? {
    let (scalar, end) = text.scalar(at: position)
    return scalar == "\u{17F}" ? end : nil
  }
}

/// Runs `SplitPattern.gpt2`: contractions, words, numbers and punctuation with a space before, white space.
struct GPT2Scanner: PatternScanner {
  let text: UTF8Text
  let limit: Int

  func end(from position: Int) -> Int {
    if let end = endOfContraction(from: position, ignoringCase: false) { return end }
    guard let (first, afterFirst) = classify(position) else { return limit }
    if first != .space { return endOfRun(of: first, from: afterFirst) }
    if text[position] == UInt8(ascii: " "), let (second, end) = classify(afterFirst), second != .space {
      return endOfRun(of: second, from: end)
    }
    return endOfSpaces(from: position)
  }
}

/// Runs `SplitPattern.llama3` and, with one digit at a time, `SplitPattern.qwen2`.
///
/// Contractions in any case; words with one leading character that is not a letter, number or line break; a few digits;
/// punctuation with a space before and line breaks after; white space up to its last line break; white space.
struct Llama3Scanner: PatternScanner {
  let text: UTF8Text
  let limit: Int
  /// How many digits stay together.
  let digits: Int

  func end(from position: Int) -> Int {
    if let end = endOfContraction(from: position, ignoringCase: true) { return end }
    guard let (first, afterFirst) = classify(position) else { return limit }
    switch first {
    case .letter: return endOfRun(of: .letter, from: afterFirst)
    case .number: return endOfRun(of: .number, from: position, atMost: digits)
    case .space, .other: break
    }
    let second = classify(afterFirst)
    if !isLineBreak(position), let second, second.0 == .letter { return endOfRun(of: .letter, from: second.end) }
    if first == .other { return endOfPunctuation(from: afterFirst) }
    if text[position] == UInt8(ascii: " "), let second, second.0 == .other {
      return endOfPunctuation(from: second.end)
    }
    return endOfLines(from: position) ?? endOfSpaces(from: position)
  }

  private func isLineBreak(_ position: Int) -> Bool {
    text[position] == UInt8(ascii: "\n") || text[position] == UInt8(ascii: "\r")
  }

  private func endOfPunctuation(from position: Int) -> Int {
    var end = endOfRun(of: .other, from: position)
    while end < limit, isLineBreak(end) { end += 1 }
    return end
  }

  /// The end of `\s*[\r\n]+`: after the last line break of a run of white space, nil if it has none.
  private func endOfLines(from position: Int) -> Int? {
    var end = endOfRun(of: .space, from: position)
    while end > position {
      let start = text.scalar(before: end).start
      if isLineBreak(start) { return end }
      end = start
    }
    return nil
  }
}
