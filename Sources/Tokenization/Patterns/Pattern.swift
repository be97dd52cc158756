import JSON

/// A pattern that a tokenizer splits or rewrites text by: a regular expression, or a text to find as it is.
struct Pattern: Sendable, Equatable {
  let program: PatternProgram

  /// Far more than any published pattern has.
  static let byteLimit = 1 << 14

  /// A regular expression.
  ///
  /// - Throws: The reason why it is not supported.
  init(_ source: String) throws(PatternParser.Refusal) {
    try Self.requireLimit(source)
    try self.init(PatternParser.parse(source))
  }

  init(literal: String) throws(PatternParser.Refusal) {
    try Self.requireLimit(literal)
    try self.init(
      .sequence(
        literal.unicodeScalars.map { .set(ScalarSet(ScalarSet.Rule(ranges: [$0.value...$0.value]))) }))
  }

  private static func requireLimit(_ source: String) throws(PatternParser.Refusal) {
    guard source.utf8.count <= byteLimit else {
      throw PatternParser.Refusal(reason: "it has more than \(byteLimit) bytes")
    }
  }

  private init(_ node: PatternNode) throws(PatternParser.Refusal) {
    guard !node.matchesNothing else { throw PatternParser.Refusal(reason: "it can match nothing") }
    program = try PatternProgram(node)
  }

  /// Whether every match is one scalar.
  var matchesOneScalar: Bool {
    if case .scalar? = program.instructions.first { program.instructions.count == 2 } else { false }
  }

  /// The text with each match replaced, or nil if there is none.
  ///
  /// - Complexity: O(*n*) in bytes.
  func replacing(in text: UTF8Text, with content: String) -> [UInt8]? {
    var result: [UInt8] = []
    var isChanged = false
    var matcher = PatternMatcher(program)
    matcher.forEachPart(of: text, 0..<text.count) { range, isMatch in
      if isMatch { result += content.utf8 } else { result += text.bytes(range) }
      isChanged = isChanged || isMatch
    }
    return isChanged ? result : nil
  }
}

/// How much longer a chain of replacements may make a text.
struct TextGrowth {
  /// Far more than any published tokenizer needs; a short chain could fill any memory otherwise.
  static let limit = 64

  private var factor = 1

  /// Adds a replacement, whose match has at least one byte.
  mutating func add(_ content: String, path: String) throws(TokenizerProblem) {
    try add(factor: content.utf8.count, path: path)
  }

  /// Adds a step that makes a text so many times as long at most.
  mutating func add(factor stepFactor: Int, path: String) throws(TokenizerProblem) {
    factor *= min(max(1, stepFactor), Self.limit + 1)
    guard factor <= Self.limit else {
      throw .unsupported(
        field: path, value: "a step that, with those before it, makes text more than \(Self.limit) times as long",
        supported: ["shorter texts"])
    }
  }

  /// Adds what is put before a text of at least one byte.
  mutating func add(prefix: String, path: String) throws(TokenizerProblem) { try add("-" + prefix, path: path) }
}

/// Reading.
extension JSONFields {
  /// What a `Replace` step finds, and what it puts in its place.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  func replacement(_ growth: inout TextGrowth) throws(TokenizerProblem) -> (pattern: Pattern, content: String) {
    let content = try string("content")
    try growth.add(content, path: path)
    return (try pattern(), content)
  }

  /// A `pattern` object: `{"Regex": …}` or `{"String": …}`.
  ///
  /// - Throws: `.unsupported` for an expression that is not, with the reason.
  func pattern() throws(TokenizerProblem) -> Pattern {
    let fields = try fields("pattern")
    let name = fields["String"] == nil ? "Regex" : "String"
    let source = try fields.string(name)
    do throws(PatternParser.Refusal) {
      return try name == "Regex" ? Pattern(source) : Pattern(literal: source)
    } catch {
      throw .unsupported(
        field: fields.path(of: name), value: "\"\(source.prefix(400))\"",
        supported: ["patterns without this: \(error.reason)"])
    }
  }
}
