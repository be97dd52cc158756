import JSON

/// Cuts text into the words inside which merges happen: a chain of steps, each applied to the pieces of the last.
struct PreTokenizer: Sendable {
  enum Step: Sendable, Equatable {
    case split(Splitter)
    /// A space before a piece that does not begin with one.
    case prefixSpace
    case metaspace(Metaspace)
    /// Pieces of so many characters, and the rest.
    case chunks(Int)
  }

  /// More than any published tokenizer has; bounds the recursion.
  static let stepLimit = 8

  let steps: [Step]
  /// Whether words are bytes, spelled in the byte alphabet, rather than characters.
  let isByteLevel: Bool

  /// Whether a step does otherwise where the whole text begins.
  var tellsStart: Bool {
    steps.contains { if case .metaspace(let metaspace) = $0 { metaspace.prepending == .first } else { false } }
  }
}

/// Runs a pre-tokenizer over the parts of one text; keeps its memory between them.
struct WordCutter {
  private let steps: [PreTokenizer.Step]
  /// By step; those of steps that match nothing are never used.
  private var matchers: [PatternMatcher]

  init(_ preTokenizer: PreTokenizer) {
    steps = preTokenizer.steps.flatMap { step in
      guard case .metaspace(let metaspace) = step, let splitter = metaspace.splitter else { return [step] }
      return [step, .split(splitter)]
    }
    matchers = steps.map { step in
      if case .split(let splitter) = step { splitter.matcher } else { .idle }
    }
  }

  /// Calls `body` with each word, in order, and the text that it is a part of; words are not empty.
  ///
  /// - Parameter isFirst: Whether the range begins where the whole text begins.
  /// - Complexity: O(*n*) in bytes.
  mutating func forEachWord(
    in text: UTF8Text, _ range: Range<Int>, isFirst: Bool, _ body: (UTF8Text, Range<Int>) -> Void
  ) {
    forEachWord(in: text, range, isFirst: isFirst, from: 0, body)
  }

  private mutating func forEachWord(
    in text: UTF8Text, _ range: Range<Int>, isFirst: Bool, from index: Int, _ body: (UTF8Text, Range<Int>) -> Void
  ) {
    guard !range.isEmpty else { return }
    guard index < steps.count else { return body(text, range) }
    switch steps[index] {
    case .split(let splitter):
      var matcher = PatternMatcher.idle
      swap(&matcher, &matchers[index])
      splitter.forEachPiece(of: text, range, by: &matcher) { piece in
        forEachWord(
          in: text, piece, isFirst: isFirst && piece.lowerBound == range.lowerBound, from: index + 1, body)
      }
      swap(&matcher, &matchers[index])
    case .prefixSpace:
      guard text[range.lowerBound] != UInt8(ascii: " ") else {
        return forEachWord(in: text, range, isFirst: isFirst, from: index + 1, body)
      }
      forEachWord(in: [UInt8(ascii: " ")] + text.bytes(range), isFirst: isFirst, from: index + 1, body)
    case .metaspace(let metaspace):
      forEachWord(in: metaspace.rewriting(text[range], isFirst: isFirst), isFirst: isFirst, from: index + 1, body)
    case .chunks(let length):
      var start = range.lowerBound
      while start < range.upperBound {
        var (end, count) = (start, 0)
        while end < range.upperBound, count < length { (end, count) = (text.position(after: end), count + 1) }
        forEachWord(
          in: text, start..<end, isFirst: isFirst && start == range.lowerBound, from: index + 1, body)
        start = end
      }
    }
  }

  private mutating func forEachWord(
    in rewritten: [UInt8], isFirst: Bool, from index: Int, _ body: (UTF8Text, Range<Int>) -> Void
  ) {
    rewritten.withUnsafeBufferPointer {
      forEachWord(in: UTF8Text($0), 0..<$0.count, isFirst: isFirst, from: index, body)
    }
  }
}

/// Reading.
extension PreTokenizer {
  /// The `pre_tokenizer` value.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  static func read(_ value: JSONValue?) throws(TokenizerProblem) -> PreTokenizer {
    var steps = StepReader()
    if let value, value != .null { try steps.read(value, path: "pre_tokenizer") }
    return PreTokenizer(steps: steps.steps, isByteLevel: steps.endsInBytes)
  }
}

private struct StepReader {
  var steps: [PreTokenizer.Step] = []
  var endsInBytes = false

  mutating func read(_ value: JSONValue, path: String) throws(TokenizerProblem) {
    let fields = try JSONFields(value, path: path)
    let name = try fields.string("type")
    if name == "Sequence" {
      for (index, step) in try fields.array("pretokenizers").enumerated() {
        try read(step, path: "\(path).pretokenizers[\(index)]")
      }
      return
    }
    guard let kind = PreTokenizerKind(rawValue: name) else {
      throw fields.unread(
        .preTokenizer, kind: name, read: PreTokenizerKind.allCases.map(\.rawValue) + ["Sequence"])
    }
    guard !endsInBytes, steps.count < PreTokenizer.stepLimit else {
      throw .unsupported(
        field: path, value: "after a ByteLevel step or many others",
        supported: ["ByteLevel as the last step", "\(PreTokenizer.stepLimit) steps"])
    }
    steps += try kind.steps(fields)
    endsInBytes = kind == .byteLevel
  }
}
