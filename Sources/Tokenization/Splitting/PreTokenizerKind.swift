/// The kinds of pre-tokenizers, by their `type`, and what each is made of.
enum PreTokenizerKind: String, CaseIterable {
  case bert = "BertPreTokenizer"
  case byteLevel = "ByteLevel"
  case delimiter = "CharDelimiterSplit"
  case digits = "Digits"
  case fixedLength = "FixedLength"
  case metaspace = "Metaspace"
  case punctuation = "Punctuation"
  case split = "Split"
  case words = "Whitespace"
  case spaces = "WhitespaceSplit"

  private typealias Step = PreTokenizer.Step

  /// The steps that an object of this kind asks for.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  func steps(_ fields: JSONFields) throws(TokenizerProblem) -> [PreTokenizer.Step] {
    switch self {
    case .bert:
      return [.cut(at: .space, .removed), .cut(at: .punctuation, .isolated)]
    case .byteLevel:
      let prefix: [Step] = try fields.bool("add_prefix_space", default: true) ? [.prefixSpace] : []
      return try fields.bool("use_regex", default: true) ? prefix + [.split(try .words())] : prefix
    case .delimiter:
      return [.cut(at: .only(try fields.scalar("delimiter")), .removed)]
    case .digits:
      let isEachAlone = try fields.bool("individual_digits", default: false)
      return [.cut(at: .number, isEachAlone ? .isolated : .contiguous)]
    case .fixedLength:
      let length = fields["length"] == nil ? 5 : try fields.count("length")
      guard length > 0 else { throw .field(fields.path(of: "length"), problem: "is 0") }
      return [.chunks(length)]
    case .metaspace:
      return [.metaspace(try Metaspace(fields))]
    case .punctuation:
      return [.cut(at: .punctuation, try Splitter.Behavior(fields, default: .isolated))]
    case .split:
      return [.split(try Splitter(fields))]
    case .words:
      // Words, and runs of signs between them.
      return [.cut(at: .space, .removed), .cut(at: .word, .contiguous)]
    case .spaces:
      return [.cut(at: .space, .removed)]
    }
  }
}

extension PreTokenizer.Step {
  fileprivate static func cut(at scalars: ScalarClass, _ behavior: Splitter.Behavior) -> Self {
    .split(Splitter(.scalars(scalars), behavior))
  }
}
