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
/// Supported are the GPT-2, SmolLM, Llama 3 and Qwen 2 kinds. For these, ids and texts equal those of the Hugging Face
/// `tokenizers` library, except that `truncation` and `padding` are not applied.
public struct Tokenizer: Sendable {
  let model: BytePairModel
  let addedTokens: AddedTokens
  let normalizer: Normalizer
  let preTokenizer: PreTokenizer
  let frame: SpecialTokenFrame

  /// The token that opens a sequence, where `tokenizer_config.json` names one.
  public internal(set) var beginOfSequence: TokenID?

  /// The token that ends a sequence, where `tokenizer_config.json` names one.
  public internal(set) var endOfSequence: TokenID?

  /// The Jinja source that renders a conversation, from `chat_template.jinja` or else from `tokenizer_config.json`.
  public internal(set) var chatTemplateSource: String?

  /// One more than the highest token id.
  public var vocabularySize: Int { model.tokens.idLimit }

  /// The bytes that a token stands for, or nil where no token has that id.
  public func bytes(of id: TokenID) -> [UInt8]? { model.tokens.bytes(of: id).map(Array.init) }

  /// Whether the id is that of a special token, which stands for no text.
  public func isSpecial(_ id: TokenID) -> Bool { addedTokens.specialIDs.contains(id) }

  /// The id of a token by its text as `tokenizer.json` spells it: a space within a byte-level token is `Ġ`.
  public func tokenID(of text: String) -> TokenID? {
    let name = Array(text.utf8)
    return addedTokens.id(of: name) ?? model.tokens.id(spelled: name)
  }
}
