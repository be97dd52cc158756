import Testing

@testable import Tokenization

/// The parts of a text, matches in brackets.
private func parts(_ source: String, _ text: String) throws -> String {
  var copy = text
  let pattern = try Pattern(source)
  return copy.withUTF8 { bytes in
    var matcher = PatternMatcher(pattern.program)
    var parts = ""
    matcher.forEachPart(of: UTF8Text(bytes), 0..<bytes.count) { range, isMatch in
      let part = String(decoding: bytes[range], as: UTF8.self)
      parts += isMatch ? "[\(part)]" : part
    }
    return parts
  }
}

@Suite("Patterns")
struct PatternTests {
  /// From `tokenizers.pre_tokenizers.Split(Regex(pattern), "isolated")`.
  @Test(
    "Match what the reference library's do",
    arguments: [
      ("a|ab", "ab", "[a]b"), ("(?:a|ab)c", "abc", "[abc]"), ("a+?b??", "aab", "[a][a]b"),
      ("a{2}", "aaaaa", "[aa][aa]a"),
      ("a{,2}b", "aaab", "a[aab]"), ("a{1,2}+", "aaab", "[aaa]b"), ("a++b|a", "aaab", "[aaab]"),
      ("a*+a|b", "aab", "aa[b]"),
      ("(?>a|ab)c|b", "abc", "a[b]c"), (#"\s+(?!\S)|\s+"#, "a   b ", "a[  ][ ]b[ ]"),
      ("(?<=a)b|(?<!b)c", "abcbc", "a[b]cbc"),
      ("^a|b$", "aab\nab", "[a]a[b]\n[a][b]"), (#"\Aa|b\z"#, "aab\nab", "[a]ab\na[b]"),
      ("(?i:re)|(?-i:X)", "RErX", "[RE]r[X]"),
      ("(?i:k|s)", "kKsS\u{212A}\u{17F}", "[k][K][s][S][\u{212A}][\u{17F}]"), ("[a-c&&[^b]]+", "abcad", "[a]b[ca]d"),
      (#"[^\p{Lu}\-x]"#, "aB-xy", "[a]B-x[y]"), (#"[\p{^L}]\P{N}"#, "a1b2", "a[1b]2"), (".", "a\nb", "[a]\n[b]"),
      (#"[一-龥\x{3040}-\u30FF]+"#, "a机カb", "a[机カ]b"), (#"\w+"#, "é_1-²", "[é_1]-[²]"),
    ])
  func matches(_ source: String, _ text: String, _ expected: String) throws {
    #expect(try parts(source, text) == expected)
  }

  @Test(
    "What is not supported is refused, with the reason",
    arguments: [
      (#"\p{Han}"#, "general category"), (#"\bx"#, "escape"), (#"(a)\1"#, "escape"), ("(?m:a)", "group"),
      ("a*", "nothing"),
      ("(a?)+b", "nothing"), ("(a|b*){2}c", "nothing"), ("a**", "repeats a repetition"), ("(?=a*b)a", "any length"),
      ("(?>a+)", "any length"), ("(?<=ab)c", "behind"), ("(?i:é)", "ASCII"), (#"(?i:\p{L})"#, "ASCII"),
      ("(?i:st)", "\"st\""),
      ("[[:alpha:]]", "by name"), ("[]a]", "empty"), ("[b-a]", "order"), ("a{2}?", "fixed"), ("a{3,2}", "number"),
      ("a{2", "number"), ("*a", "nothing to repeat"), ("(a", "open"), ("a)", "not open"), ("[a", "too early"),
      ("a\\", "too early"),
      ("(?:a{1000}){1000}", "too long"), ("a{1,600}", "choices"),
      ("a{1001}", "more than"), (#"\xE9"#, "braces"), (#"\x{110000}"#, "number"),
      (String(repeating: "(", count: 100), "deeply"), (String(repeating: "a", count: 20_000), "bytes"),
    ])
  func refusals(_ source: String, _ reason: String) {
    let refusal = #expect(throws: PatternParser.Refusal.self) { try Pattern(source) }
    #expect(refusal?.reason.contains(reason) == true, "\(refusal?.reason ?? "")")
  }

  /// A matcher that only goes back would take hours for some, and minutes for the others.
  @Test(
    "Take linear time on any text",
    arguments: ["(a+)+b|a", "(a|aa)+b|a", "a*b|a", "a*+b|a", "(?:a*?a){1,20}b|a", "(a?){1}(?:a|a)*b|a"])
  func hostilePatterns(_ source: String) throws {
    let count = 15_000
    #expect(try parts(source, String(repeating: "a", count: count)).utf8.count == 3 * count)
    #expect(try parts(source, String(repeating: "a", count: 500) + "b").hasSuffix("b]"))
  }
}
