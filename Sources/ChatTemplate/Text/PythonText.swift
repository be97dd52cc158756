/// Python's string operations, which work on code points, unlike Swift's.
enum PythonText {
  /// The text without the given characters at its ends; without white space if they are nil.
  static func stripped(
    _ text: String, of characters: Set<Unicode.Scalar>? = nil, leading: Bool = true, trailing: Bool = true
  ) -> String {
    var scalars = text.unicodeScalars[...]
    func drops(_ scalar: Unicode.Scalar) -> Bool { characters?.contains(scalar) ?? scalar.isSpace }
    while leading, let first = scalars.first, drops(first) { scalars.removeFirst() }
    while trailing, let last = scalars.last, drops(last) { scalars.removeLast() }
    return String(scalars)
  }

  /// The parts between the first `limit` separators, or the last ones from the end, or all.
  static func split(_ text: String, at separator: String, limit: Int?, fromEnd: Bool = false) -> [String] {
    let bytes = Array(text.utf8)
    let search = TextSearch(for: separator)
    let places = fromEnd ? search.matchesFromEnd(in: bytes) : search.matches(in: bytes)
    let kept = fromEnd ? places.suffix(limit ?? places.count) : places.prefix(limit ?? places.count)
    var parts: [String] = []
    var start = 0
    for place in kept {
      parts.append(String(decoding: bytes[start..<place], as: UTF8.self))
      start = place + separator.utf8.count
    }
    parts.append(String(decoding: bytes[start...], as: UTF8.self))
    return parts
  }

  /// The words between runs of white space; after `limit` splits, the rest is one word.
  static func splitAtSpace(_ text: String, limit: Int?, fromEnd: Bool) -> [String] {
    let scalars = Array(text.unicodeScalars)
    var words: [Range<Int>] = []
    var start: Int?
    for (index, scalar) in scalars.enumerated() {
      if scalar.isSpace {
        if let begin = start { words.append(begin..<index) }
        start = nil
      } else if start == nil {
        start = index
      }
    }
    if let begin = start { words.append(begin..<scalars.count) }
    if let limit, words.count > limit {
      // The unsplit rest keeps the white space inside it and at its far end.
      if fromEnd {
        words.replaceSubrange(..<(words.count - limit), with: [0..<words[words.count - limit - 1].upperBound])
      } else {
        words.replaceSubrange(limit..., with: [words[limit].lowerBound..<scalars.count])
      }
    }
    return words.map { string(scalars[$0]) }
  }

  /// The lines of a text; a line end at its end begins no further line.
  static func lines(_ text: String, keepingEnds: Bool = false) -> [String] {
    let scalars = Array(text.unicodeScalars)
    var lines: [String] = []
    var start = 0
    var index = 0
    while index < scalars.count {
      let lineEnd = index
      let isReturn = scalars[index] == "\r"
      index += 1
      guard scalars[lineEnd].isLineBoundary else { continue }
      if isReturn, index < scalars.count, scalars[index] == "\n" { index += 1 }
      lines.append(string(scalars[start..<(keepingEnds ? index : lineEnd)]))
      start = index
    }
    if start < scalars.count { lines.append(string(scalars[start...])) }
    return lines
  }

  /// The text with HTML's five special characters replaced, as MarkupSafe does it.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "'": result += "&#39;"
      case "\"": result += "&#34;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A string as Python's `repr` shows it: in single quotes unless it contains those and no double ones.
  static func quoted(_ text: String) -> String {
    let quote: Unicode.Scalar = text.utf8.contains(0x27) && !text.utf8.contains(0x22) ? "\"" : "'"
    var result = String(quote)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case quote: result += "\\\(quote)"
      case _ where scalar.isPrintable: result.unicodeScalars.append(scalar)
      default:
        let (prefix, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        let digits = String(scalar.value, radix: 16)
        result += "\\" + prefix + String(repeating: "0", count: width - digits.count) + digits
      }
    }
    return result + String(quote)
  }

  /// The first characters of a text, as Python counts them.
  static func prefix(_ text: String, _ count: Int) -> String {
    string(Array(text.unicodeScalars.prefix(max(0, count)))[...])
  }

  static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}

/// A string that equals another only if their code points do.
///
/// `String` holds "é" and "e\u{301}" equal, and Python, whose semantics templates rely on, does not.
struct TextKey: Hashable, Sendable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (left: TextKey, right: TextKey) -> Bool { sameText(left.text, right.text) }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// Whether two strings have the same code points.
func sameText(_ left: String, _ right: String) -> Bool {
  guard left.utf8.count == right.utf8.count else { return false }
  let isSame = left.utf8.withContiguousStorageIfAvailable { left in
    right.utf8.withContiguousStorageIfAvailable { right in left.elementsEqual(right) }
  }
  return (isSame ?? nil) ?? left.utf8.elementsEqual(right.utf8)
}

/// Whether a string sorts before another by code points, which is the order of their UTF-8 bytes.
func textPrecedes(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }
