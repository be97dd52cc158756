import JSON

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
  /// Separates numbers from the text around them; every character of a number alone, or runs together.
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

/// Reading.
extension PreTokenizer {
  /// The `pre_tokenizer` value: splitters, and last the byte level.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  static func read(_ value: JSONValue?) throws(TokenizerProblem) -> PreTokenizer {
    var steps = StepReader()
    try steps.read(value ?? .null, path: "pre_tokenizer")
    guard steps.endsInBytes else {
      throw .unsupported(
        field: "pre_tokenizer", value: "without a ByteLevel step", supported: ["with one, as the last"])
    }
    return PreTokenizer(splitters: steps.splitters)
  }
}

private struct StepReader {
  var splitters: [Splitter] = []
  var endsInBytes = false

  mutating func read(_ value: JSONValue, path: String) throws(TokenizerProblem) {
    let fields = try JSONFields(value, path: path)
    let type = try fields.string("type")
    if type == "Sequence" {
      for (index, step) in try fields.array("pretokenizers").enumerated() {
        try read(step, path: "\(path).pretokenizers[\(index)]")
      }
      return
    }
    guard !endsInBytes, splitters.count < PreTokenizer.splitterLimit else {
      throw .field(path, problem: "follows a ByteLevel step, or too many others")
    }
    switch type {
    case "ByteLevel":
      try fields.require("add_prefix_space", is: false, default: true)
      if try fields.bool("use_regex", default: true) { splitters.append(.pattern(.gpt2)) }
      endsInBytes = true
    case "Digits": splitters.append(.digits(individual: try fields.bool("individual_digits", default: false)))
    case "Split": splitters.append(.pattern(try Self.pattern(fields)))
    default:
      throw .unsupported(
        field: fields.path(of: "type"), value: type, supported: ["ByteLevel", "Digits", "Split", "Sequence"])
    }
  }

  private static func pattern(_ fields: JSONFields) throws(TokenizerProblem) -> SplitPattern {
    let behavior = try fields.string("behavior")
    guard behavior == "Isolated" else {
      throw .unsupported(field: fields.path(of: "behavior"), value: behavior, supported: ["Isolated"])
    }
    try fields.require("invert", is: false, default: false)
    let source = try fields.fields("pattern").string("Regex")
    guard let pattern = SplitPattern.allCases.first(where: { $0.source.utf8.elementsEqual(source.utf8) }) else {
      throw .unsupported(
        field: fields.path(of: "pattern.Regex"), value: source,
        supported: SplitPattern.allCases.map { "the one of \($0)" })
    }
    return pattern
  }
}
