/// Runs `SplitPattern.llama3` and, with one digit at a time, `SplitPattern.qwen2`.
///
/// Contractions in any case; words with one leading character that is no letter, number or line break; a few digits;
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

  /// The end of `\s*[\r\n]+`: after the last line break of a run of white space, nil where it has none.
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
