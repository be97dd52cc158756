import Testing

@testable import EndpointEngine

@Suite("Token counts and times")
struct TokenCountsTests {
  private func completion(
    prompt: Int?, completion count: Int?, text: String = "a b c d", finish: Completion.Finish = .length
  ) -> Completion {
    var completion = Completion()
    completion.text = text
    (completion.promptTokens, completion.completionTokens) = (prompt, count)
    completion.finish = finish
    return completion
  }

  private func words(_ text: String) -> Int { text.split(separator: " ").count }

  @Test("Counts that agree with ours are taken")
  func agreeing() throws {
    let counts = try TokenCounts(completion(prompt: 5, completion: 4), promptTokens: 5, fixed: 4, tokenCount: words)
    #expect((counts.promptTokens, counts.completionTokens) == (5, 4))
  }

  @Test(
    "Missing and wrong usage is refused",
    arguments: [(nil, 4), (5, nil), (6, 4), (5, 3), (5, 40), (0, 4), (5, 0)] as [(Int?, Int?)])
  func wrong(prompt: Int?, count: Int?) {
    #expect(throws: EndpointError.self) {
      try TokenCounts(completion(prompt: prompt, completion: count), promptTokens: 5, fixed: 4, tokenCount: words)
    }
  }

  @Test("Without a tokenizer the server's counts are taken, and a fixed length is still held to")
  func unchecked() throws {
    let counts = try TokenCounts(
      completion(prompt: 9, completion: 60), promptTokens: nil, fixed: nil, tokenCount: { _ in nil })
    #expect((counts.promptTokens, counts.completionTokens) == (9, 60))
    for (prompt, count) in [(9, 60), (-1, 4), (nil, 4)] as [(Int?, Int)] {
      #expect(throws: EndpointError.self) {
        try TokenCounts(
          completion(prompt: prompt, completion: count), promptTokens: nil, fixed: 4, tokenCount: { _ in nil })
      }
    }
  }

  @Test("If the length is free, a count far from the text's own is refused")
  func free() throws {
    #expect(throws: EndpointError.self) {
      try TokenCounts(completion(prompt: 5, completion: 60), promptTokens: 5, fixed: nil, tokenCount: words)
    }
    _ = try TokenCounts(completion(prompt: 5, completion: 5), promptTokens: 5, fixed: nil, tokenCount: words)
  }

  @Test("Counts that no text can have are refused if the length is free", arguments: [Int.min, -1, Int.max])
  func impossible(count: Int) {
    #expect(throws: EndpointError.self) {
      try TokenCounts(
        completion(prompt: 5, completion: count, text: ""), promptTokens: 5, fixed: nil, tokenCount: words)
    }
  }

  @Test("With one piece per token, each token has its piece's time")
  func onePiecePerToken() {
    let pieces = [10, 20, 30].map { Completion.Piece(nanoseconds: $0, text: "w ") }
    #expect(TokenTimes.of(pieces, count: 3, tokenCount: words) == [10, 20, 30])
  }

  @Test("Tokens that arrive together share a time, and none is lost")
  func together() {
    let pieces = [
      Completion.Piece(nanoseconds: 10, text: "one "), Completion.Piece(nanoseconds: 30, text: "two three four "),
    ]
    #expect(TokenTimes.of(pieces, count: 4, tokenCount: words) == [10, 30, 30, 30])
    #expect(TokenTimes.of(pieces, count: 2, tokenCount: words) == [10, 30])
    #expect(TokenTimes.of([], count: 2, tokenCount: words) == [])
    #expect(TokenTimes.of(pieces, count: 9, tokenCount: words).count == 9)
  }
}
