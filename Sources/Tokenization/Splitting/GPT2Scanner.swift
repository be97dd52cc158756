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
