/// A text as the rules see it: words between white space, lines, and both without ASCII punctuation.
struct CheckedText {
  let whole: String

  init(_ whole: String) { self.whole = whole }

  /// Without the 32 ASCII punctuation characters.
  var plain: String { String(String.UnicodeScalarView(whole.unicodeScalars.filter { !Self.isPunctuation($0) })) }

  var words: [String] { Self.split(whole) }

  var plainWords: [String] { Self.split(plain) }

  /// Of the text without white space at its ends.
  var lines: [String] {
    let scalars = Self.trim(whole.unicodeScalars[...]) { $0.properties.isWhitespace }
    return scalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
  }

  var wordRuns: Int { runs { $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_" } }

  var digitRuns: Int { CheckedText(plain).runs { $0.properties.generalCategory == .decimalNumber } }

  private func runs(_ isPart: (Unicode.Scalar) -> Bool) -> Int {
    whole.unicodeScalars.split(omittingEmptySubsequences: true) { !isPart($0) }.count
  }

  /// Without ASCII punctuation and blanks at the ends.
  static func trimmed(_ text: String) -> String {
    String(trim(text.unicodeScalars[...]) { isPunctuation($0) || $0 == " " })
  }

  /// How often a text stands in another, one after the other.
  static func occurrences(of part: String, in text: String) -> Int {
    part.isEmpty ? 0 : text.ranges(of: part).count
  }

  /// The share of a text's different runs of three characters that are in `other`.
  static func overlap(_ text: String, _ other: String) -> Double {
    let (own, theirs) = (trigrams(text), trigrams(other))
    return own.isEmpty ? 0 : Double(own.intersection(theirs).count) / Double(own.count)
  }

  private static func trigrams(_ text: String) -> Set<[Unicode.Scalar]> {
    let scalars = Array(text.unicodeScalars)
    return scalars.count < 3 ? [] : Set((0..<scalars.count - 2).map { Array(scalars[$0..<$0 + 3]) })
  }

  private static func split(_ text: String) -> [String] {
    text.unicodeScalars.split(omittingEmptySubsequences: true) { $0.properties.isWhitespace }.map { String($0) }
  }

  private static func trim(
    _ text: Substring.UnicodeScalarView, _ isOuter: (Unicode.Scalar) -> Bool
  ) -> Substring.UnicodeScalarView {
    guard let first = text.firstIndex(where: { !isOuter($0) }), let last = text.lastIndex(where: { !isOuter($0) })
    else {
      return text[text.endIndex...]
    }
    return text[first...last]
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 33...47, 58...64, 91...96, 123...126: true
    default: false
    }
  }
}
