import JSON

extension PreTokenizer {
  /// The `pre_tokenizer` value: splitters, and last the byte level.
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
