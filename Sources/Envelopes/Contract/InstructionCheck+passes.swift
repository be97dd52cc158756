extension InstructionCheck {
  /// Whether a text follows the instruction; an empty one follows none.
  ///
  /// - Complexity: O(*n*) in the text, and O(*n* *m*) if the rule looks for a text of length *m*.
  public func passes(_ answer: String) -> Bool {
    guard !answer.allSatisfy(\.isWhitespace) else { return false }
    let text = CheckedText(answer)
    guard rule.isCounting else { return holds(text) }
    let count = count(in: text)
    return (least.map { $0 <= count } ?? true) && (most.map { count <= $0 } ?? true)
  }

  private func count(in text: CheckedText) -> Double {
    switch rule {
    case .words: Double(text.wordRuns)
    case .uniqueWords: Double(Set(text.words.map { CheckedText.trimmed($0.lowercased()) }).count)
    case .numbers: Double(text.digitRuns)
    case .conjunctions:
      Double(Set(text.words.map { CheckedText.trimmed($0).lowercased() }).intersection(Self.conjunctions).count)
    case .pronouns:
      Double(
        CheckedText(text.whole.replacing("/", with: " ").lowercased()).plainWords.count(where: Self.pronouns.contains))
    case .palindromes:
      Double(
        text.plainWords.map { Array($0.lowercased().unicodeScalars) }.count { $0.count >= 5 && $0 == $0.reversed() })
    case .repeats:
      Double(Dictionary(grouping: text.plainWords) { $0.lowercased() }.values.map(\.count).max() ?? 0)
    case .vowels: Double(Set(text.whole.lowercased().unicodeScalars).intersection("aeiou".unicodeScalars).count)
    case .lines: Double(text.lines.count)
    case .occurrences: Double(CheckedText.occurrences(of: self.text.lowercased(), in: text.whole.lowercased()))
    case .marks: Double(CheckedText.occurrences(of: self.text, in: text.whole))
    case .overlap: CheckedText.overlap(text.whole, self.text) * 100
    default: 0
    }
  }

  private func holds(_ text: CheckedText) -> Bool {
    let initials = text.plainWords.compactMap { $0.lowercased().unicodeScalars.first }
    return switch rule {
    case .alphabet:
      initials.first.map(Self.isLetter) ?? false
        && zip(initials, initials.dropFirst()).allSatisfy { $1.value == ($0 == "z" ? 97 : $0.value + 1) }
    case .consonants:
      text.words.allSatisfy { word in
        let isConsonant = word.lowercased().unicodeScalars.map {
          Self.isLetter($0) && !"aeiou".unicodeScalars.contains($0)
        }
        return zip(isConsonant, isConsonant.dropFirst()).contains { $0 && $1 }
      }
    case .primeLengths: text.plainWords.allSatisfy { Self.primes.contains($0.unicodeScalars.count) }
    case .changingInitials: zip(initials, initials.dropFirst()).allSatisfy { $0 != $1 }
    case .wordPerLine:
      CheckedText(text.plain).lines.filter { !$0.isEmpty }.count == text.plainWords.count
    case .sameEnds:
      text.lines.map { CheckedText.trimmed($0.lowercased()) }.allSatisfy { line in
        let words = CheckedText(line).words
        return words.first == words.last && (words.first != nil || line.isEmpty)
      }
    case .options:
      words.contains { CheckedText.trimmed($0).lowercased() == CheckedText.trimmed(text.whole).lowercased() }
    case .exactOptions: words.contains(text.whole)
    default: false
    }
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { ("a"..."z").contains(scalar) }

  private static let conjunctions: Set = ["and", "but", "for", "nor", "or", "so", "yet"]
  private static let pronouns: Set = [
    "i", "me", "my", "mine", "myself", "we", "us", "our", "ours", "ourselves", "you", "your", "yours", "yourself",
    "yourselves", "he", "him", "his", "himself", "she", "her", "hers", "herself", "it", "its", "itself", "they", "them",
    "their", "theirs", "themselves",
  ]
  private static let primes = Set((2..<100).filter { number in !(2..<number).contains { number.isMultiple(of: $0) } })
}

/// A text as the rules see it: words between white space, lines, and both without ASCII punctuation.
private struct CheckedText {
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

  /// How often a text occurs in another, without overlaps.
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
