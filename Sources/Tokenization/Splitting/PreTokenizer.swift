/// Cuts text into the words inside which merges happen: a chain of splitters, each applied to the pieces of the last.
struct PreTokenizer: Sendable {
  /// More than any published tokenizer has; bounds the recursion.
  static let splitterLimit = 8

  let splitters: [Splitter]

  /// Calls `body` with each word, in order; words cover the range and are not empty.
  ///
  /// - Complexity: O(*n*) in bytes.
  func forEachWord(in text: UTF8Text, _ range: Range<Int>, _ body: (Range<Int>) -> Void) {
    forEachWord(in: text, range, splitters[...], body)
  }

  private func forEachWord(
    in text: UTF8Text, _ range: Range<Int>, _ splitters: ArraySlice<Splitter>, _ body: (Range<Int>) -> Void
  ) {
    guard let splitter = splitters.first else {
      if !range.isEmpty { body(range) }
      return
    }
    var start = range.lowerBound
    while start < range.upperBound {
      let end = splitter.endOfPiece(in: text, start..<range.upperBound)
      forEachWord(in: text, start..<end, splitters.dropFirst(), body)
      start = end
    }
  }
}

/// One rule by which text is cut.
enum Splitter: Sendable, Equatable {
  /// Each number apart from the text around it; every character of it alone, or runs together.
  case digits(individual: Bool)
  case pattern(SplitPattern)

  /// Where the piece that begins at the start of a range ends; the end of the range is the end of the text.
  func endOfPiece(in text: UTF8Text, _ range: Range<Int>) -> Int {
    switch self {
    case .digits(let individual): Self.endOfDigits(in: text, range, individual: individual)
    case .pattern(.gpt2): GPT2Scanner(text: text, limit: range.upperBound).end(from: range.lowerBound)
    case .pattern(.llama3): Llama3Scanner(text: text, limit: range.upperBound, digits: 3).end(from: range.lowerBound)
    case .pattern(.qwen2): Llama3Scanner(text: text, limit: range.upperBound, digits: 1).end(from: range.lowerBound)
    }
  }

  private static func endOfDigits(in text: UTF8Text, _ range: Range<Int>, individual: Bool) -> Int {
    let first = text.scalar(at: range.lowerBound)
    let isNumber = first.scalar.splittingClass == .number
    if isNumber, individual { return first.end }
    var position = first.end
    while position < range.upperBound {
      let (scalar, end) = text.scalar(at: position)
      guard (scalar.splittingClass == .number) == isNumber else { break }
      position = end
    }
    return position
  }
}
