import Testing

@testable import Tokenization

@Suite("Splitting into words")
struct SplittingTests {
  private func words(_ text: String, _ splitters: Splitter...) -> [String] {
    var copy = text
    return copy.withUTF8 { bytes in
      let text = UTF8Text(bytes)
      var words: [String] = []
      PreTokenizer(splitters: splitters).forEachWord(in: text, 0..<text.count) {
        words.append(String(decoding: text.bytes($0), as: UTF8.self))
      }
      return words
    }
  }

  @Test("GPT-2 keeps one space with a word, and knows contractions in lower case only")
  func gpt2() {
    #expect(words("I'll  be 42x!\n", .pattern(.gpt2)) == ["I", "'ll", " ", " be", " 42", "x", "!", "\n"])
    #expect(words("I'LL \t b\r\n\r\n", .pattern(.gpt2)) == ["I", "'", "LL", " \t", " b", "\r\n\r\n"])
  }

  @Test("Llama 3 keeps any one sign with a word, three digits, and lines whole")
  func llama3() {
    #expect(words("(a'LL) 12345", .pattern(.llama3)) == ["(a", "'LL", ")", " ", "123", "45"])
    #expect(words("x \n \n  y!\n\nz", .pattern(.llama3)) == ["x", " \n \n", " ", " y", "!\n\n", "z"])
    #expect(words("x\ny\rz", .pattern(.llama3)) == ["x", "\n", "y", "\r", "z"])
    #expect(words("x'ſt\tq", .pattern(.llama3)) == ["x", "'ſ", "t", "\tq"])
  }

  @Test("Qwen 2 keeps each digit alone")
  func qwen2() {
    #expect(words("a 12", .pattern(.qwen2)) == ["a", " ", "1", "2"])
  }

  @Test("Digits stand apart, each or in runs, before another splitter sees the text between")
  func digits() {
    #expect(words("a 1½ b", .digits(individual: true), .pattern(.gpt2)) == ["a", " ", "1", "½", " b"])
    #expect(words("a 1½ b", .digits(individual: false), .pattern(.gpt2)) == ["a", " ", "1½", " b"])
  }

  @Test("Letters and numbers are those of Unicode 16, whatever the system knows")
  func unicodeVersion() {
    func kind(_ value: UInt32) -> ScalarClass? { Unicode.Scalar(value)?.splittingClass }
    #expect(kind(0x1C5) == .letter && kind(0x4E00) == .letter && kind(0x1F600) == .other)
    #expect(kind(0xB2) == .number && kind(0x2167) == .number && kind(0x301) == .other && kind(0x85) == .space)
    #expect(kind(0x180E) == .other && kind(0x200B) == .other && kind(0xE000) == .other && kind(0xFFFE) == .other)
    // Assigned in Unicode 17: a letter and a number.
    #expect(kind(0x88F) == .other && kind(0x11DE0) == .other)
  }
}
