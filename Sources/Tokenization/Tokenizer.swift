/// The number of a token: its row in a model's embedding.
public typealias TokenID = Int32

/// A byte-level BPE tokenizer, as a Hugging Face `tokenizer.json` describes it.
///
/// ```swift
/// let tokenizer = try Tokenizer(contentsOf: folder)
/// let ids = tokenizer.encode("Hello, world")
/// let text = tokenizer.decode(ids)
/// ```
///
/// The GPT-2, SmolLM, Llama 3 and Qwen 2 kinds are supported. For these, ids and texts equal those of the Hugging Face
/// `tokenizers` library, except that `truncation` and `padding` are not applied.
public struct Tokenizer: Sendable {
  let model: BytePairModel
  let addedTokens: AddedTokens
  let normalizer: Normalizer
  let preTokenizer: PreTokenizer
  let frame: SpecialTokenFrame

  /// The token that opens a sequence, or nil if `tokenizer_config.json` names none.
  public internal(set) var beginOfSequence: TokenID?

  /// The token that ends a sequence, or nil if `tokenizer_config.json` names none.
  public internal(set) var endOfSequence: TokenID?

  /// The Jinja source that renders a conversation, from `chat_template.jinja` or else from `tokenizer_config.json`.
  public internal(set) var chatTemplateSource: String?

  /// One more than the highest token id.
  public var vocabularySize: Int { model.tokens.idLimit }

  /// The bytes that a token stands for, or nil if no token has that id.
  public func bytes(of id: TokenID) -> [UInt8]? { model.tokens.bytes(of: id).map(Array.init) }

  /// Whether the id is that of a special token, which stands for no text.
  public func isSpecial(_ id: TokenID) -> Bool { addedTokens.specialIDs.contains(id) }

  /// The id of a token by its text as `tokenizer.json` spells it: a space within a byte-level token is `Ġ`.
  public func tokenID(of text: String) -> TokenID? {
    let name = Array(text.utf8)
    return addedTokens.id(of: name) ?? model.tokens.id(spelled: name)
  }
}

/// Encoding.
extension Tokenizer {
  /// The ids of a text's tokens.
  ///
  /// Added tokens, special or not, are recognized wherever the text spells them out.
  ///
  /// - Parameter addSpecialTokens: Whether to add what the post-processor puts around a text, such as the token that
  ///   begins a sequence.
  /// - Complexity: O(*n* log *n*) in the text's bytes; O(*n*) if no word is long.
  public func encode(_ text: String, addSpecialTokens: Bool = true) -> [TokenID] {
    var ids = addSpecialTokens ? frame.prefix : []
    var text = text
    text.withUTF8 { bytes in
      var encoder = WordEncoder(model: model, byteCount: bytes.count)
      addedTokens.verbatim.forEachPiece(of: UTF8Text(bytes)) { piece in
        switch piece {
        case .token(let id): ids.append(id)
        case .text(let range): encode(UTF8Text(bytes), range, with: &encoder, into: &ids)
        }
      }
    }
    if addSpecialTokens { ids += frame.suffix }
    return ids
  }

  private func encode(_ text: UTF8Text, _ range: Range<Int>, with encoder: inout WordEncoder, into ids: inout [TokenID])
  {
    guard var rewritten = normalizer.rewriting(text[range]) else {
      return encode(normalized: text, range, with: &encoder, into: &ids)
    }
    encoder.forgetWords()
    rewritten.withUTF8 {
      encode(normalized: UTF8Text($0), 0..<$0.count, with: &encoder, into: &ids)
    }
    encoder.forgetWords()
  }

  private func encode(
    normalized text: UTF8Text, _ range: Range<Int>, with encoder: inout WordEncoder, into ids: inout [TokenID]
  ) {
    addedTokens.normalized.forEachPiece(of: text[range]) { piece in
      switch piece {
      case .token(let id): ids.append(id)
      case .text(let inner):
        let offset = range.lowerBound
        preTokenizer.forEachWord(in: text, inner.lowerBound + offset..<inner.upperBound + offset) { word in
          encoder.append(word, of: text, to: &ids)
        }
      }
    }
  }
}

/// Decoding.
extension Tokenizer {
  /// The text of some tokens.
  ///
  /// Ids that are not a token's are left out; each maximal invalid UTF-8 sequence becomes U+FFFD.
  ///
  /// - Parameter skipSpecialTokens: Whether to leave out special tokens.
  /// - Complexity: O(*n*) in bytes.
  public func decode(_ ids: [TokenID], skipSpecialTokens: Bool = false) -> String {
    var bytes: [UInt8] = []
    for id in ids { append(id, skipSpecialTokens: skipSpecialTokens, to: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }

  func append(_ id: TokenID, skipSpecialTokens: Bool, to bytes: inout [UInt8]) {
    if skipSpecialTokens, isSpecial(id) { return }
    if let spelling = model.tokens.bytes(of: id) { bytes += spelling }
  }
}
