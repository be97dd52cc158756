import JSON

/// The special tokens that a post-processor puts around one text.
struct SpecialTokenFrame: Sendable, Equatable {
  var prefix: [TokenID] = []
  var suffix: [TokenID] = []

  /// Far more than any published tokenizer has; a short file could ask for any number by repeating processors.
  static let lengthLimit = 1 << 12
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
    let kind = try fields.string("type")
    switch kind {
    // Moves offsets only. The reference library goes by the members, not by the type.
    case "ByteLevel":
      if let other = ["cls", "single", "processors"].first(where: { fields[$0] != nil }) {
        throw .field(path, problem: "is of the type ByteLevel, but has \"\(other)\", which another one has")
      }
    case "BertProcessing", "RobertaProcessing":
      add(
        before: [try Self.id(ofPair: "cls", in: fields, tokens: tokens)],
        after: [try Self.id(ofPair: "sep", in: fields, tokens: tokens)])
    case "Sequence":
      for (index, step) in try fields.array("processors").enumerated() {
        try read(step, path: "\(path).processors[\(index)]", tokens: tokens)
      }
    case "TemplateProcessing": try readTemplate(fields, tokens: tokens)
    default:
      throw fields.unread(
        .postProcessor, kind: kind,
        read: ["BertProcessing", "ByteLevel", "RobertaProcessing", "Sequence", "TemplateProcessing"])
    }
    guard prefix.count + suffix.count <= Self.lengthLimit else {
      throw .unsupported(field: path, value: "many special tokens", supported: ["\(Self.lengthLimit) of them"])
    }
  }

  /// Goes around what an earlier processor made.
  private mutating func add(before: [TokenID], after: [TokenID]) {
    prefix = before + prefix
    suffix += after
  }

  /// The id in a pair of a token and its id.
  private static func id(
    ofPair name: String, in fields: JSONFields, tokens: TokenTable
  ) throws(TokenizerProblem) -> TokenID {
    let pair = try fields.array(name)
    guard pair.count == 2, pair[0].string != nil, let id = pair[1].integer.flatMap(TokenID.init(exactly:)),
      tokens.bytes(of: id) != nil
    else { throw .field(fields.path(of: name), problem: "is not a token with its id") }
    return id
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
    add(before: before, after: after)
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
