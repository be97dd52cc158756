/// A completion's token counts: the server's, held against our own.
struct Counts: Equatable {
  let promptTokens: Int
  let completionTokens: Int

  /// - Parameters:
  ///   - fixed: The number of tokens that must have come, where it is fixed.
  ///   - tokenCount: How many tokens a text has.
  /// - Throws: `.badUsage`.
  init(
    _ completion: Completion, promptTokens: Int, fixed: Int?, tokenCount: (String) -> Int
  ) throws(EndpointError) {
    let own = tokenCount(completion.reasoning + completion.text)
    if completion.finish == .time {
      // The connection was closed before the server had counted.
      (self.promptTokens, completionTokens) = (promptTokens, completion.pieces.count)
      return
    }
    guard let prompt = completion.promptTokens, let count = completion.completionTokens else {
      throw .badUsage("there is none")
    }
    guard count >= 0 else { throw .badUsage("\(count) completion tokens") }
    guard prompt == promptTokens else { throw .badUsage("\(prompt) prompt tokens, ours are \(promptTokens)") }
    if let fixed, count != fixed { throw .badUsage("\(count) completion tokens where \(fixed) were asked for") }
    // An end token counts for some servers, and what special tokens there are has no text.
    guard abs(count - own) <= 2 + count / 4 || !completion.toolCalls.isEmpty else {
      throw .badUsage("\(count) completion tokens, the text has \(own)")
    }
    (self.promptTokens, completionTokens) = (prompt, fixed ?? min(count, max(own, completion.pieces.count)))
  }
}
