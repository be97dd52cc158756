import Testing

@testable import Tokenization

/// The words that some steps cut a text into.
private func words(_ text: String, _ steps: PreTokenizer.Step...) -> [String] {
  var copy = text
  return copy.withUTF8 { bytes in
    var words: [String] = []
    var cutter = WordCutter(PreTokenizer(steps: steps, isByteLevel: true))
    cutter.forEachWord(in: UTF8Text(bytes), 0..<bytes.count, isFirst: true) { text, range in
      words.append(String(decoding: text.bytes(range), as: UTF8.self))
    }
    return words
  }
}

/// A step that isolates the matches of a pattern.
private func split(
  _ source: String, _ behavior: Splitter.Behavior = .isolated, isInverted: Bool = false
) throws -> PreTokenizer.Step {
  .split(Splitter(.pattern(try Pattern(source)), behavior, isInverted: isInverted))
}

@Suite("Splitting into words")
struct SplittingTests {
  private static func llama3(digits: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  @Test("GPT-2 keeps one space with a word, and knows contractions in lower case only")
  func gpt2() throws {
    let step = PreTokenizer.Step.split(try .words())
    #expect(words("I'll  be 42x!\n", step) == ["I", "'ll", " ", " be", " 42", "x", "!", "\n"])
    #expect(words("I'LL \t b\r\n\r\n", step) == ["I", "'", "LL", " \t", " b", "\r\n\r\n"])
  }

  @Test("Llama 3 keeps any one sign with a word, three digits, and lines whole")
  func llama3() throws {
    let step = try split(Self.llama3(digits: #"\p{N}{1,3}"#))
    #expect(words("(a'LL) 12345", step) == ["(a", "'LL", ")", " ", "123", "45"])
    #expect(words("x \n \n  y!\n\nz", step) == ["x", " \n \n", " ", " y", "!\n\n", "z"])
    #expect(words("x\ny\rz", step) == ["x", "\n", "y", "\r", "z"])
    #expect(words("x'ſt\tq", step) == ["x", "'ſ", "t", "\tq"])
  }

  @Test("Qwen 2 keeps each digit alone")
  func qwen2() throws {
    #expect(words("a 12", try split(Self.llama3(digits: #"\p{N}"#))) == ["a", " ", "1", "2"])
  }

  @Test("o200k cuts before upper case letters, and keeps contractions with their word")
  func o200k() throws {
    let (upper, lower) = (#"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#, #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#)
    let (sign, ending) = (#"[^\r\n\p{L}\p{N}]?"#, "(?i:'s|'t|'re|'ve|'m|'ll|'d)?")
    let step = try split(
      "\(sign)\(upper)*\(lower)+\(ending)|\(sign)\(upper)+\(lower)*\(ending)|"
        + #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#)
    #expect(words("HTTPServer isn't IT'S 机器a://\n", step) == ["HTTPServer", " isn't", " IT'S", " 机器a", "://\n"])
    #expect(words("camelCaseWORD", step) == ["camel", "Case", "WORD"])
  }

  @Test("Digits stand apart, each or in runs, before another step sees the text between")
  func digits() throws {
    let word = PreTokenizer.Step.split(try .words())
    #expect(words("a 1½ b", .split(Splitter(.scalars(.number), .isolated)), word) == ["a", " ", "1", "½", " b"])
    #expect(words("a 1½ b", .split(Splitter(.scalars(.number), .contiguous)), word) == ["a", " ", "1½", " b"])
  }

  /// From `tokenizers.pre_tokenizers.Split(Regex("x"), behavior, invert).pre_tokenize_str("xxaxbb")`.
  @Test("Matches stand alone, go, or join what is before, after or beside them")
  func behaviors() throws {
    let text = "xxaxbb"
    #expect(words(text, try split("x", .isolated)) == ["x", "x", "a", "x", "bb"])
    #expect(words(text, try split("x", .removed)) == ["a", "bb"])
    #expect(words(text, try split("x", .mergedWithPrevious)) == ["x", "x", "ax", "bb"])
    #expect(words(text, try split("x", .mergedWithNext)) == ["x", "xa", "xbb"])
    #expect(words(text, try split("x", .contiguous)) == ["xx", "a", "x", "bb"])
    #expect(words(text, try split("x", .removed, isInverted: true)) == ["x", "x", "x"])
    #expect(words(text, try split("x", .mergedWithNext, isInverted: true)) == ["x", "x", "ax", "bb"])
  }

  @Test("Categories are those of Unicode 16, whatever the system knows")
  func unicodeVersion() {
    func traits(_ value: UInt32) -> ScalarTraits? { Unicode.Scalar(value)?.traits }
    #expect(traits(0x1C5) == ScalarTraits(.titlecaseLetter) && traits(0x4E00) == ScalarTraits(.otherLetter))
    #expect(traits(0xB2) == ScalarTraits(.otherNumber) && traits(0x301) == ScalarTraits(.nonspacingMark))
    #expect(traits(0x85) == [ScalarTraits(.control), .space] && traits(0x200B) == ScalarTraits(.format))
    #expect(traits(0xE000) == ScalarTraits(.privateUse) && traits(0xFFFE) == ScalarTraits(.unassigned))
    // Assigned in Unicode 17, a letter and a number; changed there.
    #expect(traits(0x88F) == ScalarTraits(.unassigned) && traits(0x11DE0) == ScalarTraits(.unassigned))
    #expect(traits(0x295) == ScalarTraits(.lowercaseLetter))
  }
}
