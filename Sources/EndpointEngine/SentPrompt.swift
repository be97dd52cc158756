import Tokenization
import WorkerProtocol

/// A prompt in the form that is sent to the server, and how many tokens the server must count in it.
struct SentPrompt {
  let form: CompletionRequest.Prompt
  let tokenCount: Int

  /// A text or token ids, as they are.
  init(_ prompt: [Int32], asTokens: Bool, in folder: ClaimedFolder) {
    form = asTokens ? .tokens(prompt) : .text(folder.tokenizer.decode(prompt, skipSpecialTokens: false))
    tokenCount = prompt.count
  }

  /// A conversation that has these tokens.
  init(conversation: CompletionRequest.Prompt, tokens: [Int32]) {
    (form, tokenCount) = (conversation, tokens.count)
  }

  /// A text as a user's message, to which the chat template adds its own tokens.
  init(messageOf prompt: [Int32], in folder: ClaimedFolder) throws {
    let turn = ChatTurn(role: "user", content: folder.tokenizer.decode(prompt, skipSpecialTokens: false))
    tokenCount = try folder.tokens(of: [turn], tools: nil, thinking: nil).count
    form = .messages([turn.message], tools: nil, thinking: nil)
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
      if sent.tokenCount == prompt.count {
        self = sent
        return
      }
      length = min(prompt.count, length + prompt.count - sent.tokenCount)
    }
    throw WorkerFailure.declined(
      operation: "generate", status: "unsupported",
      message: "no user's message has \(prompt.count) tokens with what the chat template adds; use longer cells")
  }
}

/// Prompts of which no server has a prefix in its cache: each begins with another token.
///
/// Not every server can be told to bypass its cache, and processing a cached prompt is not what is to be timed.
struct FreshPrompts {
  private var used = 0

  /// The prompt with another first token, chosen so that the prompt's text has the same tokens again.
  ///
  /// If there is no such token, which no vocabulary was seen to lack, the prompt itself.
  mutating func next(_ prompt: [Int32], in folder: ClaimedFolder) -> [Int32] {
    // The first thousand ids are bytes and special tokens in many vocabularies.
    let first = min(1_000, folder.vocabularySize / 2)
    for _ in 0..<1_000 {
      let token = Int32(first + used % max(1, folder.vocabularySize - first))
      used += 1
      let fresh = [token] + prompt.dropFirst()
      if folder.tokens(of: folder.tokenizer.decode(fresh, skipSpecialTokens: false)) == fresh { return fresh }
    }
    return prompt
  }
}
