/// Words that a server counts as one token each, for prompts of a given length where the folder's tokenizer is not read.
struct CountedWords {
  /// The tokens that the server adds to each prompt.
  let overhead: Int
  private let words: [String]
  /// Drawn at first: a server that goes on after its worker remembers the prompts of earlier ones.
  private var used = Int.random(in: 0..<1 << 40)

  private static let candidates = [
    "the", "of", "and", "to", "in", "is", "that", "for", "was", "with", "on", "as", "by", "at", "from", "this",
  ]
  private static let repeats = 8
  /// Fewer would make prompts that begin alike.
  private static let leastWords = 4
  /// Words with which two of thousands of prompts may begin, by chance.
  static let mostInCommon = 12

  /// Counts candidates, and then a prompt of many of them.
  ///
  /// - Parameter count: How many tokens the server counts in a text.
  /// - Returns: Nil if too few words are one token each, or a mixture has another count than they have together.
  init?(count: (String) throws -> Int) rethrows {
    let counts = try Self.candidates.map { word in
      (word, try count(Array(repeating: word, count: Self.repeats).joined(separator: " ")))
    }
    overhead = (counts.map(\.1).min() ?? 0) - Self.repeats
    let least = overhead + Self.repeats
    words = counts.filter { $0.1 == least }.map(\.0)
    guard overhead >= 0, words.count >= Self.leastWords else { return nil }
    let length = overhead + 4 * Self.repeats
    guard let mixture = next(length), try count(mixture) == length else { return nil }
  }

  /// A prompt of so many tokens with what the server adds; the first words differ from the last prompt's.
  ///
  /// - Returns: Nil if the server adds as many or more.
  mutating func next(_ length: Int) -> String? {
    guard length > overhead else { return nil }
    var number = used
    used += 1
    let chosen = (0..<length - overhead).map { position in
      // The digits of the prompt's number, lowest first, then the words in turn.
      defer { number /= words.count }
      return words[(number + position) % words.count]
    }
    return chosen.joined(separator: " ")
  }
}
