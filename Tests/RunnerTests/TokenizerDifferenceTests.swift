import Testing

@testable import Runner

@Suite("Different tokenizers")
struct TokenizerDifferenceTests {
  @Test("It is said how much longer the same text is to the candidate")
  func description() {
    let difference = TokenizerDifference(residentTokens: 200, candidateTokens: 320)
    #expect(difference.ratio == 1.6)
    #expect(difference.description.contains("200 tokens to the resident and 320 to the candidate"))
    #expect(difference.description.hasSuffix("needs 1.60 times as many for the same text"))
  }
}
