import Crypto
import Platform
import Store

extension Redactor {
  private static let titleLimit = 128
  private static let messageLimit = 4_000
  /// How deep a sentence may stand in sentences.
  private static let depthLimit = 4
  private static let hashPrefix = "sha256:"
  private static let hashLength = 32
  /// What stands for text that does not leave.
  static let withheld = "…"

  /// The name of a thing, if it has the form of one and does not tell whose machine this is; else its hash.
  func label(_ text: String) -> String {
    PublicName.isPublic(text) && revelation(in: text) == nil ? text : Self.hash(of: text)
  }

  /// What the program computed: a hash or a UUID. Any other text is a name.
  func computed(_ text: String) -> String {
    let isComputed =
      (32...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { $0.isHexadecimalDigit || $0 == UInt8(ascii: "-") }
    return isComputed ? text : label(text)
  }

  /// The name of a processor or a system: words of a name's form, also in brackets; else its hash.
  func title(_ text: String) -> String {
    let words = text.split(separator: " ")
    let isPublic =
      text.utf8.count <= Self.titleLimit && revelation(in: text) == nil
      && words.allSatisfy { word in
        ["@", "-", "&"].contains(word) || PublicName.isPublic(word.filter { !"(),".contains($0) })
      }
    return isPublic ? text : Self.hash(of: text)
  }

  /// A sentence of the program, each value in it reduced by its type; "…" for a text of any other form, or in place of the
  /// part that others wrote.
  ///
  /// - Parameter names: What may be named: cells and items of the envelope, which is published whole.
  func message(_ text: String, names: Set<String> = []) -> String {
    guard text.utf8.count <= Self.messageLimit else { return Self.withheld }
    return text.isEmpty ? "" : sentence(text[...], names, depth: 0)
  }

  private func sentence(_ text: Substring, _ names: Set<String>, depth: Int) -> String {
    guard depth < Self.depthLimit, let (form, values) = ProgramSentences.form(of: text) else { return Self.withheld }
    var rest = values[...]
    return form.pieces.map { piece in
      switch piece {
      case .text(let words): return words
      case .slot(let slot): return value(rest.popFirst() ?? "", slot, names, depth: depth)
      }
    }.joined()
  }

  private func value(_ value: Substring, _ slot: SentenceForm.Slot, _ names: Set<String>, depth: Int) -> String {
    switch slot {
    case .number, .hash, .word: String(value)
    case .name: name(value, names)
    case .names: list(value, names, depth: depth)
    case .sentence: sentence(value, names, depth: depth + 1)
    case .sentences:
      value.split(separator: "; ").map { sentence($0, names, depth: depth + 1) }.joined(separator: "; ")
    case .foreign: Self.withheld
    }
  }

  /// A name of the envelope's or of a name's form; a list of processors stays as it is.
  private func name(_ value: Substring, _ names: Set<String>) -> String {
    let text = String(value)
    let isList =
      text.utf8.count <= 40 && text.utf8.allSatisfy { "0123456789,-".utf8.contains($0) }
    return names.contains(text) || isList ? text : label(text)
  }

  /// Names with a comma between them, and how many more there are. An element may be a sentence, such as `round 3`.
  private func list(_ value: Substring, _ names: Set<String>, depth: Int) -> String {
    var (list, rest) = (value, "")
    if let range = value.ranges(of: " and ").last, value.hasSuffix(" more"),
      Int(value[range.upperBound...].dropLast(" more".count)) != nil
    {
      (list, rest) = (value[..<range.lowerBound], String(value[range.lowerBound...]))
    }
    return list.split(separator: ", ").map { item(String($0), names, depth: depth) }.joined(separator: ", ") + rest
  }

  /// The name of an item, or a round of a tool loop in words.
  func item(_ text: String, _ names: Set<String>, depth: Int = 0) -> String {
    if names.contains(text) { return text }
    let round = text.contains(" ") ? sentence(text[...], names, depth: depth + 1) : Self.withheld
    return round == Self.withheld ? label(text) : round
  }

  /// The regime of a tool loop or of texts: its parts are sentences of the program.
  func regime(_ text: String, names: Set<String> = []) -> String {
    let parts = text.split(separator: ", ").prefix(16).map { sentence($0, names, depth: 0) }
    return parts.isEmpty ? "" : parts.joined(separator: ", ")
  }

  /// A storage format, such as `affine 4-bit g64`, or a name.
  func format(_ text: String) -> String {
    let isFormat = text.utf8.count <= 40 && text.wholeMatch(of: #/[a-z0-9]{2,8} [0-9]{1,2}-bit( g[0-9]{1,4})?/#) != nil
    return isFormat ? text : computed(text)
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
}

extension UInt8 {
  var isHexadecimalDigit: Bool { (0x30...0x39).contains(self) || (0x61...0x66).contains(self) }
}
