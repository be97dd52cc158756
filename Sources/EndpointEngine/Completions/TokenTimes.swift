/// When each token of a completion arrived.
///
/// Most servers send a piece a token. Where pieces are fewer, tokens are given to pieces in proportion to how many tokens
/// the text so far has; those that arrive together share a time.
enum TokenTimes {
  /// - Parameters:
  ///   - count: Tokens by the server's count.
  ///   - tokenCount: How many tokens a text has.
  /// - Returns: Nanoseconds, ascending, `count` of them; none where there is no piece.
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
