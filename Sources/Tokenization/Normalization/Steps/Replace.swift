/// `Replace`: each match of a pattern, or of a text as it is, becomes another text.
struct Replace: NormalizerStep {
  static let kinds = ["Replace"]

  let pattern: Pattern
  let content: String

  init(_ pattern: Pattern, with content: String) { (self.pattern, self.content) = (pattern, content) }

  init(_ fields: JSONFields, _ growth: inout TextGrowth) throws(TokenizerProblem) {
    (pattern, content) = try fields.replacement(&growth)
  }

  var movesStart: Bool { content.isEmpty || !pattern.matchesOneScalar }

  func rewriting(_ text: UTF8Text) -> [UInt8]? { pattern.replacing(in: text, with: content) }
}
