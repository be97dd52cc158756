/// The number of a token: its row in a model's embedding.
public typealias TokenID = Int32

/// A tokenizer, as a Hugging Face `tokenizer.json` describes it.
///
/// ```swift
/// let tokenizer = try Tokenizer(contentsOf: folder)
/// let ids = tokenizer.encode("Hello, world")
/// let text = tokenizer.decode(ids)
/// ```
///
/// BPE over bytes (GPT-2, Llama 3, Qwen, o200k, DeepSeek, Tekken) and over characters (Llama 2, Mistral, Gemma), unigram
/// models (XLM-R), WordPiece (BERT) and WordLevel are supported. Ids and texts equal those of the Hugging Face
/// `tokenizers` library, except that `truncation` and `padding` are not applied; what would differ is refused.
public struct Tokenizer: Sendable {
  /// Their bytes are what they are spelled with: a decoder's steps come after.
  let tokens: TokenTable
  let model: WordModel
  let addedTokens: AddedTokens
  let normalizer: Normalizer
  let preTokenizer: PreTokenizer
  let frame: SpecialTokenFrame
  let decoder: Decoder

  /// The token that opens a sequence, or nil if `tokenizer_config.json` names none.
  public internal(set) var beginOfSequence: TokenID?

  /// The token that ends a sequence, or nil if `tokenizer_config.json` names none.
  public internal(set) var endOfSequence: TokenID?

  /// The Jinja source that renders a conversation, from `chat_template.jinja` or else from `tokenizer_config.json`.
  public internal(set) var chatTemplateSource: String?
  /// The template named `tool_use`, which renders conversations with tools in place of the other; nil if there is none.
  public internal(set) var toolTemplateSource: String?

  /// One more than the highest token id.
  public var vocabularySize: Int { tokens.idLimit }

  /// The bytes that a token stands for within a text, or nil if no token has that id.
  public func bytes(of id: TokenID) -> [UInt8]? { tokens.bytes(of: id).map(decoder.bytes(within:)) }

  /// Whether the id is that of a special token, which stands for no text.
  public func isSpecial(_ id: TokenID) -> Bool { addedTokens.specialIDs.contains(id) }

  /// The id of a token by its text as `tokenizer.json` spells it: a space within a byte-level token is `Ġ`.
  public func tokenID(of text: String) -> TokenID? {
    let name = Array(text.utf8)
    return addedTokens.id(of: name) ?? tokens.id(spelled: name)
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
      var cutter = WordCutter(preTokenizer)
      var encoder = WordEncoder(model: model, tokens: tokens, byteCount: bytes.count)
      let text = UTF8Text(bytes)
      addedTokens.verbatim.forEachPiece(of: text) { piece in
        switch piece {
        case .token(let id): ids.append(id)
        case .text(let range):
          let rewritten = normalizer.rewriting(text[range])
          let bytes = text.bytes(range)
          let isFirst = range.lowerBound == 0
          if let rewritten {
            rewritten.withUnsafeBufferPointer {
              encode(UTF8Text($0), isFirst: isFirst, with: &cutter, &encoder, into: &ids)
            }
          } else {
            encode(UTF8Text(bytes), isFirst: isFirst, with: &cutter, &encoder, into: &ids)
          }
        }
      }
    }
    if addSpecialTokens { ids += frame.suffix }
    return ids
  }

  /// Encodes a normalized part of a text.
  private func encode(
    _ text: UTF8Text, isFirst: Bool, with cutter: inout WordCutter, _ encoder: inout WordEncoder,
    into ids: inout [TokenID]
  ) {
    addedTokens.normalized.forEachPiece(of: text) { piece in
      switch piece {
      case .token(let id): ids.append(id)
      case .text(let range):
        cutter.forEachWord(in: text, range, isFirst: isFirst && range.lowerBound == 0) { text, word in
          encoder.append(text.bytes(word), to: &ids)
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
    var assembly = TextAssembly(decoder)
    var bytes: [UInt8] = []
    for id in ids { append(id, skipSpecialTokens: skipSpecialTokens, to: &assembly, &bytes) }
    assembly.finish(&bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  func append(
    _ id: TokenID, skipSpecialTokens: Bool, to assembly: inout TextAssembly, _ bytes: inout [UInt8]
  ) {
    if skipSpecialTokens, addedTokens.skippedIDs.contains(id) { return }
    if let token = tokens.bytes(of: id) { assembly.append(token, to: &bytes) }
  }
}
