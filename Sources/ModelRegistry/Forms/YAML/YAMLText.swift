import Yams

/// A YAML text and where its scalars are written.
///
/// The parser says where a node begins, not where it ends, and gives what an alias stands for in the alias's place. So the
/// text is read once more from a key to its value, by the rules of YAML 1.1 for separation, properties and scalars.
struct YAMLText {
  let bytes: [UInt8]
  let root: Node.Mapping
  /// Where each line begins.
  private let lines: [Int]

  /// Where a mapping's value is written.
  enum Place {
    case scalar(YAMLScalar)
    /// An alias such as `*big`; `text` is its bytes.
    case alias(text: Range<Int>)
    /// A collection, by the offset of its first byte.
    case collection(Int)
    /// No value, after the colon that ends there.
    case empty(afterColon: Int)
    /// In a way that is not edited, such as a block scalar.
    case other
  }

  /// Nil if the bytes are not UTF-8 or the document is no mapping.
  ///
  /// - Throws: `notYAML`.
  init?(_ bytes: [UInt8]) throws(RegistryError.ContentProblem) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let lines = Self.lineStarts(of: bytes)
    // The parser shares what aliases stand for. But it hashes keys, and walks through a key that is a collection with all
    // that its aliases stand for: a few hundred bytes can stand for 10¹² nodes. So such keys are looked for in the text with
    // scalars in place of the aliases.
    if text.utf8.contains(UInt8(ascii: "*")) {
      guard let root = try Self.root(of: text.replacing("*", with: "x")) else { return nil }
      if let line = YAMLText(bytes: bytes, root: root, lines: lines).lineOfCollectionKey {
        throw .notYAML("a key at line \(line) is a collection or an alias (*name)")
      }
    }
    guard let root = try Self.root(of: text) else { return nil }
    self.init(bytes: bytes, root: root, lines: lines)
  }

  private init(bytes: [UInt8], root: Node.Mapping, lines: [Int]) {
    self.bytes = bytes
    self.root = root
    self.lines = lines
  }

  private static func root(of text: String) throws(RegistryError.ContentProblem) -> Node.Mapping? {
    // The parser takes a byte order mark for an indent of the first line.
    let content = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    do { return try Parser(yaml: content, encoding: .utf8).singleRoot()?.mapping } catch {
      throw .notYAML(Self.text(of: error))
    }
  }

  /// What is wrong and where, and no more of the file: it may hold secrets.
  private static func text(of error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "\(problem) at line \(mark.line), column \(mark.column)"
    case .reader(let problem, _, _, _): problem
    case .duplicatedKeysInMapping(let keys, let context):
      "\(keys.joined(separator: ", ")) more than once in the mapping at line \(context.mark.line)"
    default: "it can't be parsed"
    }
  }

  /// Lines as libyaml counts them: they end at CR LF, CR, LF, U+0085, U+2028 or U+2029.
  private static func lineStarts(of bytes: [UInt8]) -> [Int] {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    var starts = [bytes.starts(with: mark) ? mark.count : 0]
    var index = starts[0]
    while index < bytes.count {
      let rest = bytes[index...]
      let length =
        rest.starts(with: [0x0D, 0x0A]) || rest.starts(with: [0xC2, 0x85])
        ? 2
        : bytes[index] == 0x0A || bytes[index] == 0x0D
          ? 1 : rest.starts(with: [0xE2, 0x80, 0xA8]) || rest.starts(with: [0xE2, 0x80, 0xA9]) ? 3 : 0
      index += max(1, length)
      if length > 0 { starts.append(index) }
    }
    return starts
  }

  /// The line of a node, from 1.
  func line(of node: Node) -> Int { node.mark?.line ?? 1 }

  /// Where a line that has an offset begins.
  func lineStart(of offset: Int) -> Int { lines[max(0, lineIndex(after: offset) - 1)] }

  /// Where the line after the one that has an offset begins; the text's end after the last line.
  func nextLine(after offset: Int) -> Int {
    let index = lineIndex(after: offset)
    return index < lines.count ? lines[index] : bytes.count
  }

  /// The index of the first line that begins after an offset.
  private func lineIndex(after offset: Int) -> Int {
    var (low, high) = (0, lines.count)
    while low < high {
      let middle = (low + high) / 2
      if lines[middle] > offset { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Whether a node has an anchor, so that others may stand for it.
  func isAnchored(_ node: Node) -> Bool {
    guard var offset = offset(of: node) else { return true }
    while offset < bytes.count, bytes[offset] == UInt8(ascii: "!") {
      offset = significant(from: wordEnd(from: offset))
    }
    return offset < bytes.count && bytes[offset] == UInt8(ascii: "&")
  }

  /// The text's line end, for new lines.
  var lineEnd: String { bytes.firstIndex(of: 0x0A).map { $0 > 0 && bytes[$0 - 1] == 0x0D } == true ? "\r\n" : "\n" }

  /// Where a node begins in bytes: the parser counts columns in Unicode scalars.
  func offset(of node: Node) -> Int? {
    guard let mark = node.mark, lines.indices.contains(mark.line - 1) else { return nil }
    var offset = lines[mark.line - 1]
    for _ in 1..<max(1, mark.column) {
      guard offset < bytes.count else { return nil }
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
    }
    return offset
  }

  /// The first byte from an offset on that is neither white space nor in a comment.
  func significant(from offset: Int) -> Int {
    var offset = offset
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      case UInt8(ascii: "#"): while offset < bytes.count, bytes[offset] != 0x0A, bytes[offset] != 0x0D { offset += 1 }
      default: return offset
      }
    }
    return offset
  }

  /// The offset after the colon of a mapping's key; nil if it can't be told.
  func colonEnd(of key: Node) -> Int? {
    guard let scalar = key.scalar, let offset = offset(of: key),
      let literal = YAMLScalar(scalar, at: offset, in: self)
    else { return nil }
    let colon = significant(from: literal.text.upperBound)
    return colon < bytes.count && bytes[colon] == UInt8(ascii: ":") ? colon + 1 : nil
  }

  /// Where the value of a key is written.
  func place(of value: Node, after key: Node) -> Place {
    guard let colon = colonEnd(of: key) else { return .other }
    let start = significant(from: colon)
    if start < bytes.count, bytes[start] == UInt8(ascii: "*") {
      return .alias(text: start..<wordEnd(from: start))
    }
    if let scalar = value.scalar, scalar.string.isEmpty, scalar.style == .plain { return .empty(afterColon: colon) }
    guard offset(of: value) == start else { return .other }
    guard let scalar = value.scalar else { return .collection(skippingProperties(from: start)) }
    return YAMLScalar(scalar, at: start, in: self).map { .scalar($0) } ?? .other
  }

  /// The offset after an anchor and a tag, if a node begins with any.
  func skippingProperties(from offset: Int) -> Int {
    var offset = offset
    while offset < bytes.count, [UInt8(ascii: "&"), UInt8(ascii: "!")].contains(bytes[offset]) {
      offset = significant(from: wordEnd(from: offset))
    }
    return offset
  }

  /// The end of an anchor, an alias or a tag.
  private func wordEnd(from offset: Int) -> Int {
    let ends = Array(" \t\r\n,[]{}".utf8)
    return bytes[offset...].firstIndex { ends.contains($0) } ?? bytes.count
  }
}

/// A scalar as it is written.
struct YAMLScalar {
  enum Style {
    case plain
    case singleQuoted
    case doubleQuoted
  }

  let style: Style
  /// Its bytes, quotes included, without anchor and tag.
  let text: Range<Int>
  /// Whether aliases may stand for it.
  let isAnchored: Bool

  /// The scalar that begins at an offset; nil if it is a block scalar or spans lines.
  init?(_ scalar: Node.Scalar, at offset: Int, in yaml: YAMLText) {
    let bytes = yaml.bytes
    let start = yaml.skippingProperties(from: offset)
    isAnchored = bytes[offset..<max(offset, start)].contains(UInt8(ascii: "&"))
    guard start < bytes.count else { return nil }
    let end: Int
    switch bytes[start] {
    case UInt8(ascii: "\""):
      style = .doubleQuoted
      var index = start + 1
      while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
        index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
      }
      end = index + 1
    case UInt8(ascii: "'"):
      style = .singleQuoted
      var index = start + 1
      while index < bytes.count {
        if bytes[index] != UInt8(ascii: "'") {
          index += 1
        } else if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "'") {
          index += 2
        } else {
          break
        }
      }
      end = index + 1
    default:
      style = .plain
      guard bytes[start...].starts(with: scalar.string.utf8) else { return nil }
      end = start + scalar.string.utf8.count
    }
    guard end <= bytes.count, end <= yaml.nextLine(after: start) else { return nil }
    text = start..<end
  }

  /// Another text in the same style, or in double quotes where a plain one could be taken for something else.
  func rewritten(as text: String) -> Rewrite { Rewrite(self.text, Array(Self.literal(text, style).utf8)) }

  static func literal(_ text: String, _ style: Style) -> String {
    switch style {
    case .singleQuoted: return "'" + text.replacing("'", with: "''") + "'"
    case .plain where isPlain(text): return text
    case .plain, .doubleQuoted:
      let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      return "\"\(escaped)\""
    }
  }

  /// Whether readers of YAML 1.1 and 1.2 take the text for a string in every context.
  private static func isPlain(_ text: String) -> Bool {
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
    guard let first = text.unicodeScalars.first, ("a"..."z").contains(first) || ("A"..."Z").contains(first) else {
      return false
    }
    return !words.contains(text.lowercased())
      && text.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_./+".unicodeScalars.contains($0))
      }
  }
}
