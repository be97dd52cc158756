import Testing

@testable import Tokenization

@Suite("Agreement with the reference library")
struct ConformanceTests {
  @Test("Texts become the reference's ids", arguments: Fixture.allCases)
  func encoding(_ fixture: Fixture) throws {
    let tokenizer = try fixture.tokenizer()
    let cases = try fixture.cases().encodings
    #expect(cases.count > 150)
    for each in cases {
      #expect(tokenizer.encode(each.text) == each.ids, "of \(scalars(each.text))")
    }
  }

  @Test("Ids become the reference's text, with and without special tokens", arguments: Fixture.allCases)
  func decoding(_ fixture: Fixture) throws {
    let tokenizer = try fixture.tokenizer()
    let cases = try fixture.cases().decodings
    #expect(cases.count >= 150)
    for each in cases {
      #expect(scalars(tokenizer.decode(each.ids)) == scalars(each.text), "of \(each.ids)")
      #expect(scalars(tokenizer.decode(each.ids, skipSpecialTokens: true)) == scalars(each.plain), "of \(each.ids)")
    }
  }

  @Test("A stream returns the same text as decoding at once", arguments: Fixture.allCases)
  func streaming(_ fixture: Fixture) throws {
    let tokenizer = try fixture.tokenizer()
    for each in try fixture.cases().decodings {
      var stream = TokenStream(tokenizer, skipSpecialTokens: true)
      let text = each.ids.map { stream.append($0) }.joined() + stream.finish()
      #expect(scalars(text) == scalars(each.plain), "of \(each.ids)")
    }
  }
}
