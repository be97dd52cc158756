/// A completion's token counts: the server's, checked against ours if the folder's tokenizer is read.
struct TokenCounts: Equatable {
  let promptTokens: Int
  let completionTokens: Int

  /// - Parameters:
  ///   - promptTokens: How many tokens the prompt has; nil if only the server knows.
  ///   - fixed: The number of tokens that must have come; nil if the model was free to stop.
  ///   - tokenCount: How many tokens a text has; nil if only the server knows.
  /// - Throws: `.badUsage`.
  init(
    _ completion: Completion, promptTokens: Int?, fixed: Int?, tokenCount: (String) -> Int?
  ) throws(EndpointError) {
    let own = tokenCount(completion.reasoning + completion.text)
    if completion.finish == .time {
      // The connection was closed before the server had counted.
      self.promptTokens = promptTokens ?? completion.promptTokens ?? 0
      completionTokens = completion.pieces.count
      return
    }
    guard let prompt = completion.promptTokens, let count = completion.completionTokens else {
      throw .badUsage("there is none")
    }
    guard count >= 0 else { throw .badUsage("\(count) completion tokens") }
    if let promptTokens, prompt != promptTokens {
      throw .badUsage("\(prompt) prompt tokens, ours are \(promptTokens)")
    }
    guard prompt >= 0 else { throw .badUsage("\(prompt) prompt tokens") }
    if let fixed, count != fixed { throw .badUsage("\(count) completion tokens where \(fixed) were asked for") }
    guard let own else {
      (self.promptTokens, completionTokens) = (prompt, fixed ?? count)
      return
    }
    // Some servers count the end token, and special tokens have no text.
    guard abs(count - own) <= 2 + count / 4 || !completion.toolCalls.isEmpty else {
      throw .badUsage("\(count) completion tokens, the text has \(own)")
    }
    (self.promptTokens, completionTokens) = (prompt, fixed ?? min(count, max(own, completion.pieces.count)))
  }
}

/// When each token of a completion arrived.
///
/// Most servers send one piece per token. If there are fewer pieces, tokens are assigned to pieces in proportion to how
/// many tokens the text so far has; tokens that arrive together share a time.
enum TokenTimes {
  /// - Parameters:
  ///   - count: Tokens by the server's count.
  ///   - tokenCount: How many tokens a text has.
  /// - Returns: Nanoseconds, ascending, `count` of them; none if there is no piece.
  static func of(_ pieces: [Completion.Piece], count: Int, tokenCount: (String) -> Int) -> [Int64] {
    guard count > 0, let last = pieces.last else { return [] }
    if pieces.count >= count { return pieces.prefix(count - 1).map(\.nanoseconds) + [last.nanoseconds] }
    var text = ""
    let ends = pieces.map { piece in
      text += piece.text
      return max(tokenCount(text), 1)
    }
    let total = ends.last ?? 1
    var times: [Int64] = []
    for (piece, end) in zip(pieces, ends) {
      let share = piece == last ? count : min(count, end * count / total)
      while times.count < share { times.append(piece.nanoseconds) }
    }
    while times.count < count { times.append(last.nanoseconds) }
    return times
  }
}
