extension InstructionCheck {
  /// Whether a text follows the instruction; an empty one follows none.
  ///
  /// - Complexity: O(*n*) in the text, and O(*n* *m*) where it looks for a text of length *m*.
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
    case .wordALine:
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
