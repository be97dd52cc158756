import JSON

/// A token that is recognized in text as it is spelled, before any splitting.
struct AddedToken: Sendable, Equatable {
  let id: TokenID
  /// The UTF-8 of its text; not empty.
  let content: [UInt8]
  /// Whether it is control, not text: left out of decoded text on request.
  let isSpecial: Bool
  /// Whether it counts only if no word character touches it.
  let isSingleWord: Bool
  /// Whether it takes the white space before it.
  let stripsLeft: Bool
  /// Whether it takes the white space after it.
  let stripsRight: Bool
  /// Whether it is searched for after normalization rather than before.
  let isNormalized: Bool
}

/// The added tokens of a tokenizer, ready to be found in text.
struct AddedTokens: Sendable {
  /// Finds those that are matched in the text as it was passed.
  let verbatim: AddedTokenMatcher
  /// Finds those that are matched in normalized text.
  let normalized: AddedTokenMatcher
  let specialIDs: Set<TokenID>
  /// Those that text without special tokens lacks: special ones, unless normalization changes them.
  let skippedIDs: Set<TokenID>
  private let ids: [[UInt8]: TokenID]

  /// - Throws: `.field` if two normalized tokens are the same after normalization.
  init(_ tokens: [AddedToken], normalizer: Normalizer) throws(TokenizerProblem) {
    verbatim = try AddedTokenMatcher(tokens.filter { !$0.isNormalized }.map { ($0.content, $0) })
    normalized = try AddedTokenMatcher(
      tokens.filter(\.isNormalized).map { (normalizer.normalized($0.content), $0) })
    let specials = tokens.filter(\.isSpecial)
    specialIDs = Set(specials.map(\.id))
    // The reference library knows them by how they are spelled once normalized.
    let contents = Set(specials.map(\.content))
    skippedIDs = Set(
      tokens.filter { contents.contains($0.isNormalized ? normalizer.normalized($0.content) : $0.content) }
        .map(\.id))
    ids = Dictionary(tokens.map { ($0.content, $0.id) }) { first, _ in first }
  }

  func id(of content: [UInt8]) -> TokenID? { ids[content] }
}

/// Reading.
extension AddedToken {
  /// The `added_tokens` array, checked against the vocabulary.
  ///
  /// A token keeps the id that the vocabulary assigns to it; the others are numbered from the vocabulary's size on. A
  /// file that declares other ids is refused: the reference library would silently use these.
  static func read(_ value: JSONValue?, tokens: TokenTable) throws(TokenizerProblem) -> [AddedToken] {
    guard let value, value != .null else { return [] }
    guard let elements = value.array else {
      throw .field("added_tokens", problem: "is \(value.kind) instead of an array")
    }
    var added: [AddedToken] = []
    var contents = Set<[UInt8]>()
    var nextID = tokens.count
    for (index, element) in elements.enumerated() {
      let fields = try JSONFields(element, path: "added_tokens[\(index)]")
      let content = Array(try fields.string("content").utf8)
      if content.isEmpty { continue }
      guard contents.insert(content).inserted else {
        throw .field(fields.path(of: "content"), problem: "occurs twice")
      }
      let vocabularyID = tokens.id(spelled: content)
      let expected = vocabularyID.map(Int.init) ?? nextID
      if vocabularyID == nil { nextID += 1 }
      guard expected < TokenTable.idLimit, fields["id"]?.integer == expected,
        vocabularyID != nil || tokens.bytes(of: TokenID(expected)) == nil
      else {
        throw .field(
          fields.path(of: "id"), problem: "is not \(expected), which follows from the vocabulary for this token")
      }
      added.append(try AddedToken(id: TokenID(expected), content: content, fields: fields))
    }
    return added
  }

  private init(id: TokenID, content: [UInt8], fields: JSONFields) throws(TokenizerProblem) {
    self.id = id
    self.content = content
    isSpecial = try fields.bool("special", default: false)
    isSingleWord = try fields.bool("single_word", default: false)
    stripsLeft = try fields.bool("lstrip", default: false)
    stripsRight = try fields.bool("rstrip", default: false)
    isNormalized = try fields.bool("normalized", default: !isSpecial)
  }
}
