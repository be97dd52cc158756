/// Prompts that no server has a prefix of in its cache: each begins with another token.
///
/// Not every server can be told to compute a prompt anew, and a prompt that is found in the cache is not timed.
struct FreshPrompt {
  private var used = 0

  /// The prompt with another first token, which the text that it stands for gives back when it is tokenized.
  ///
  /// Without such a token, which no vocabulary was seen to lack, the prompt itself.
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
