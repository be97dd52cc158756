import Tokenization
import WorkerProtocol

/// A prompt in the form that is sent to the server, and how many tokens the server must count in it.
struct SentPrompt {
  let form: CompletionRequest.Prompt
  /// Nil if only the server knows.
  let tokenCount: Int?

  /// A text or token ids, as they are.
  init(_ prompt: [Int32], asTokens: Bool, in folder: ClaimedFolder) {
    form = asTokens ? .tokens(prompt) : .text(folder.text(of: prompt))
    tokenCount = folder.tokenizer == nil ? nil : prompt.count
  }

  /// A conversation that has these tokens.
  init(conversation: CompletionRequest.Prompt, tokens: [Int32], in folder: ClaimedFolder) {
    (form, tokenCount) = (conversation, folder.tokenizer == nil ? nil : tokens.count)
  }

  /// A text that has so many tokens by the server's own count, in the form of that interface.
  init(counted text: String, tokenCount: Int, api: CompletionRequest.API) {
    form = Self.form(of: text, api: api)
    self.tokenCount = tokenCount
  }

  /// A text, or a user's message of it.
  static func form(of text: String, api: CompletionRequest.API) -> CompletionRequest.Prompt {
    switch api {
    case .completions: .text(text)
    case .chat: .messages([ChatTurn(role: "user", content: text).message], tools: nil, thinking: nil)
    }
  }

  /// A text as a user's message, to which the chat template adds its own tokens.
  init(messageOf prompt: [Int32], in folder: ClaimedFolder) throws {
    let text = folder.text(of: prompt)
    form = Self.form(of: text, api: .chat)
    tokenCount =
      folder.tokenizer == nil
      ? nil : try folder.tokens(of: [ChatTurn(role: "user", content: text)], tools: nil, thinking: nil).count
  }

  /// The start of a text as a user's message, so long that it has, with what the chat template adds, as many tokens as
  /// the text.
  ///
  /// - Throws: `.declined` if the template leaves no room.
  init(messageOfLengthOf prompt: [Int32], in folder: ClaimedFolder) throws {
    var length = prompt.count
    // Tokens may join at the cut, so the first difference is not always the last.
    for _ in 0..<8 where length > 0 {
      let sent = try Self(messageOf: Array(prompt.prefix(length)), in: folder)
      guard let tokenCount = sent.tokenCount, tokenCount != prompt.count else {
        self = sent
        return
      }
      length = min(prompt.count, length + prompt.count - tokenCount)
    }
    throw WorkerFailure.declined(
      operation: "generate", status: "unsupported",
      message: "no user's message has \(prompt.count) tokens with what the chat template adds; use longer cells")
  }
}

/// Prompts of which no server has a prefix in its cache: each begins with two tokens that are drawn.
///
/// Not every server can be told to bypass its cache, and processing a cached prompt is not what is to be timed. A server
/// that goes on after its worker remembers the prompts of earlier ones, so counting up from a fixed token would repeat them.
struct FreshPrompts {
  private var generator = SystemRandomNumberGenerator()

  /// The prompt with other first tokens, chosen so that the prompt's text has the same tokens again.
  ///
  /// If there are no such tokens, which no vocabulary was seen to lack, the prompt itself.
  mutating func next(_ prompt: [Int32], in folder: ClaimedFolder) -> [Int32] {
    // The first thousand ids are bytes and special tokens in many vocabularies.
    let first = min(1_000, folder.vocabularySize / 2)
    guard first < folder.vocabularySize else { return prompt }
    for _ in 0..<1_000 {
      let drawn = (0..<min(2, prompt.count)).map { _ in
        Int32.random(in: Int32(first)..<Int32(clamping: folder.vocabularySize), using: &generator)
      }
      let fresh = drawn + prompt.dropFirst(drawn.count)
      if folder.tokens(of: folder.text(of: fresh)) == fresh { return fresh }
    }
    return prompt
  }
}
