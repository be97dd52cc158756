import Measurements

/// The form of a sentence of the program: its own words, and slots for typed values.
///
/// A stored message is no more than text. It is published if it has one of the ``ProgramSentences``: each value is then read
/// by its type, reduced by that, and set into the form's words again. So redaction never sees a sentence, and whatever an
/// engine, a model or a person wrote has no slot that would let it through.
struct SentenceForm: Sendable {
  /// The type of a value.
  enum Slot: Sendable {
    /// A number in figures.
    case number
    /// Names with a comma between them, and how many more there are.
    case names
    /// A name of ``PublicName``'s form, or of the envelope.
    case name
    /// Hexadecimal digits.
    case hash
    /// One of a few words of the program.
    case word(Set<String>)
    /// A sentence by itself, up to the end.
    case sentence
    /// Sentences with a semicolon between them, up to the end.
    case sentences
    /// What others wrote, up to the end: never published.
    case foreign
  }

  enum Piece: Sendable {
    case text(String)
    case slot(Slot)
  }

  let pieces: [Piece]

  /// - Parameter text: The words, with a slot's name in braces: `{n}` is a number, `{s}` the end of a plural.
  init(_ text: String) {
    var pieces: [Piece] = []
    for part in text.split(separator: "{", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "}", maxSplits: 1, omittingEmptySubsequences: false)
      if halves.count == 2, let slot = Self.slots[String(halves[0])] {
        pieces.append(.slot(slot))
        if !halves[1].isEmpty { pieces.append(.text(String(halves[1]))) }
      } else if !part.isEmpty {
        pieces.append(.text(String(part)))
      }
    }
    self.pieces = pieces
  }

  private static let slots: [String: Slot] = [
    "n": .number, "names": .names, "name": .name, "hash": .hash, "sentence": .sentence, "sentences": .sentences,
    "foreign": .foreign, "s": .word(["", "s"]), "side": .word(["resident", "candidate"]),
    "status": .word(Set(ProgramSentences.statuses)), "trait": .word(Set(ProgramSentences.traits)),
    "metric": .word(Set(ProgramSentences.metrics)),
    "proof": .word(Set(ProofLevel.allCases.map(\.rawValue) + ["unverified"])),
    "state": .word(Set(MeasurementSession.State.allCases.map(\.rawValue))),
  ]

  /// The values of a text that has this form, in the order of the slots; nil for any other.
  func values(of text: Substring) -> [Substring]? { Self.match(pieces[...], text) }

  private static func match(_ pieces: ArraySlice<Piece>, _ text: Substring) -> [Substring]? {
    guard let first = pieces.first else { return text.isEmpty ? [] : nil }
    let rest = pieces.dropFirst()
    switch first {
    case .text(let words): return text.hasPrefix(words) ? match(rest, text.dropFirst(words.count)) : nil
    case .slot(let slot):
      guard case .text(let words)? = rest.first else {
        if let next = rest.first, case .slot(.word) = next { return matchWord(slot, rest, text) }
        return slot.accepts(text) ? [text] : nil
      }
      var searched = text[...]
      while let range = searched.firstRange(of: words) {
        let value = text[..<range.lowerBound]
        if slot.accepts(value), let others = match(rest.dropFirst(), text[range.upperBound...]) {
          return [value] + others
        }
        searched = text[text.index(after: range.lowerBound)...]
      }
      return nil
    }
  }

  /// A slot right before one of a few words, such as the end of a plural.
  private static func matchWord(_ slot: Slot, _ rest: ArraySlice<Piece>, _ text: Substring) -> [Substring]? {
    for end in text.indices + [text.endIndex] where slot.accepts(text[..<end]) {
      if let others = match(rest, text[end...]) { return [text[..<end]] + others }
    }
    return nil
  }
}

extension SentenceForm.Slot {
  private static let longestNumber = 20

  func accepts(_ value: Substring) -> Bool {
    switch self {
    case .number:
      value.utf8.count <= Self.longestNumber && value.utf8.allSatisfy { "0123456789+-.einf".utf8.contains($0) }
        && Double(value) != nil
    case .name: !value.isEmpty && !value.contains(where: \.isWhitespace)
    case .names: !value.isEmpty
    case .hash: (1...64).contains(value.utf8.count) && value.utf8.allSatisfy(\.isHexadecimalDigit)
    case .word(let words): words.contains(String(value))
    case .sentence, .sentences, .foreign: true
    }
  }
}
