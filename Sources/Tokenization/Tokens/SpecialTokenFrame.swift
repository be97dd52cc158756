import JSON

/// The special tokens that a post-processor puts around one text.
struct SpecialTokenFrame: Sendable, Equatable {
  var prefix: [TokenID] = []
  var suffix: [TokenID] = []
}

/// Reading.
extension SpecialTokenFrame {
  /// The `post_processor` value.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  static func read(_ value: JSONValue?, tokens: TokenTable) throws(TokenizerProblem) -> SpecialTokenFrame {
    var frame = SpecialTokenFrame()
    if let value, value != .null { try frame.read(value, path: "post_processor", tokens: tokens) }
    return frame
  }

  private mutating func read(_ value: JSONValue, path: String, tokens: TokenTable) throws(TokenizerProblem) {
    let fields = try JSONFields(value, path: path)
    let type = try fields.string("type")
    switch type {
    // Moves offsets only.
    case "ByteLevel": break
    case "Sequence":
      for (index, step) in try fields.array("processors").enumerated() {
        try read(step, path: "\(path).processors[\(index)]", tokens: tokens)
      }
    case "TemplateProcessing": try readTemplate(fields, tokens: tokens)
    default:
      throw .unsupported(
        field: fields.path(of: "type"), value: type, supported: ["null", "ByteLevel", "TemplateProcessing", "Sequence"])
    }
  }

  private mutating func readTemplate(_ fields: JSONFields, tokens: TokenTable) throws(TokenizerProblem) {
    var isAfterText = false
    var (before, after): ([TokenID], [TokenID]) = ([], [])
    for (index, element) in try fields.array("single").enumerated() {
      let piece = try JSONFields(element, path: "\(fields.path(of: "single"))[\(index)]")
      if piece["Sequence"] != nil {
        guard !isAfterText, try piece.fields("Sequence").string("id") == "A" else {
          throw .field(piece.path, problem: "is a second text, but one text is encoded")
        }
        isAfterText = true
      } else {
        let name = try piece.fields("SpecialToken").string("id")
        let ids = try Self.ids(of: name, in: try fields.fields("special_tokens"), tokens: tokens)
        if isAfterText { after += ids } else { before += ids }
      }
    }
    guard isAfterText else { throw .field(fields.path(of: "single"), problem: "has no place for the text") }
    // A later processor goes around what an earlier one made.
    prefix = before + prefix
    suffix += after
  }

  private static func ids(
    of name: String, in specials: JSONFields, tokens: TokenTable
  ) throws(TokenizerProblem) -> [TokenID] {
    let token = try specials.fields(name)
    var ids: [TokenID] = []
    for value in try token.array("ids") {
      guard let id = value.integer.flatMap(TokenID.init(exactly:)), tokens.bytes(of: id) != nil else {
        throw .field(token.path(of: "ids"), problem: "names \(value.serialized()), which is not a token's id")
      }
      ids.append(id)
    }
    return ids
  }
}
