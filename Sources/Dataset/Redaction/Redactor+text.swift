import Crypto
import Platform
import Store

extension Redactor {
  private static let labelLimit = 128
  private static let messageLimit = 200
  private static let hashPrefix = "sha256:"
  private static let hashLength = 32

  /// The name of a thing: one word without names, paths, addresses and access tokens. Any other text becomes its hash.
  func label(_ text: String) -> String {
    guard text.count <= Self.labelLimit, !text.contains(where: \.isWhitespace) else { return Self.hash(of: text) }
    return Secrets.removed(from: withoutPaths(text))
  }

  /// The name of a processor or a system, which may contain spaces.
  func title(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    return Secrets.removed(from: withoutPaths(String(line.prefix(Self.labelLimit))))
  }

  /// A message reduced to the program's own words, numbers and `names`; "…" stands for the rest.
  ///
  /// Nothing else is let through, since a message may quote an engine or a model.
  func message(_ text: String, names: Set<String> = []) -> String {
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    var words: [String] = []
    for word in line.split(whereSeparator: \.isWhitespace).prefix(Self.messageLimit) {
      if Self.isPublic(word, names) {
        words.append(String(word))
      } else if words.last != "…" {
        words.append("…")
      }
    }
    let joined = words.joined(separator: " ")
    return joined.count > Self.messageLimit ? joined.prefix(Self.messageLimit) + "…" : joined
  }

  /// The regime of a tool loop, reduced to the program's own words, numbers and the name of the trace, which the envelope
  /// has as well.
  func regime(_ text: String) -> String {
    let words = text.split(separator: " ", maxSplits: 3)
    guard words.count == 4, ["live of", "replay of"].contains("\(words[0]) \(words[1])"), words[2].hasSuffix(",") else {
      return message(text)
    }
    return "\(words[0]) \(words[1]) \(label(String(words[2].dropLast()))), \(message(String(words[3])))"
  }

  /// An answer: an option's number stays as it is. Any other text becomes its hash, which still shows whether two answers
  /// are equal.
  func answer(_ text: String) -> String {
    let isOption = text.utf8.count <= 4 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    return isOption ? text : Self.hash(of: text)
  }

  /// The hash of a reference's weights stays as it is; any other text becomes its hash.
  func weights(_ text: String) -> String {
    text.utf8.count <= 64 && text.utf8.allSatisfy(\.isHexadecimalDigit) ? text : Self.hash(of: text)
  }

  /// The hash of a text. An empty text and a hash stay as they are.
  static func hash(of text: String) -> String {
    if text.isEmpty || isHash(text) { return text }
    return hashPrefix + SHA256.hexadecimal(of: Array(text.utf8)).prefix(hashLength)
  }

  private static func isHash(_ text: String) -> Bool {
    text.hasPrefix(hashPrefix) && text.utf8.count == hashPrefix.utf8.count + hashLength
      && text.utf8.dropFirst(hashPrefix.utf8.count).allSatisfy(\.isHexadecimalDigit)
  }

  private static func isPublic(_ word: Substring, _ names: Set<String>) -> Bool {
    let bare = word.trimmed
    if bare.isEmpty || names.contains(String(bare)) || ProgramWords.all.contains(bare.lowercased()) { return true }
    // 12, 3.5, -0.3, 1e-9 or 1.02x: too short for an address or a telephone number.
    return bare.utf8.count <= 9 && Double(bare.hasSuffix("x") ? bare.dropLast() : bare) != nil
  }
}

extension Substring {
  /// The word without the punctuation around it.
  fileprivate var trimmed: Substring {
    let isPunctuation: (Character) -> Bool = { ".,:;()[]%+±×÷–".contains($0) }
    guard let end = lastIndex(where: { !isPunctuation($0) }) else { return "" }
    return self[...end].drop(while: isPunctuation)
  }
}

extension UInt8 {
  var isHexadecimalDigit: Bool { (0x30...0x39).contains(self) || (0x61...0x66).contains(self) }
}
