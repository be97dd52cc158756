/// `Replace`: each match in a token becomes another text; after `Fuse`, each of one character in the whole text.
struct DecoderReplace: DecoderKind {
  static let kind = "Replace"

  private let pattern: Pattern
  private let content: String

  init(_ pattern: Pattern, with content: String) { (self.pattern, self.content) = (pattern, content) }

  init(_ fields: JSONFields, _ reader: inout DecoderReader) throws(TokenizerProblem) {
    (pattern, content) = try fields.replacement(&reader.growth)
    // The pieces of one text could hide a longer match.
    guard !reader.isFused || pattern.matchesOneScalar else {
      throw .unsupported(
        field: fields.path(of: "pattern"), value: fields["pattern"]?.serialized() ?? "missing",
        supported: ["one that matches a single character, after Fuse"])
    }
  }

  mutating func append(_ token: [UInt8]) -> [[UInt8]] {
    [token.withUnsafeBufferPointer { pattern.replacing(in: UTF8Text($0), with: content) } ?? token]
  }
}
