/// Python's string operations, on code points where Swift's work on characters.
enum PythonText {
  static func stripped(
    _ text: String, of characters: Set<Unicode.Scalar>? = nil, leading: Bool = true, trailing: Bool = true
  ) -> String {
    var scalars = text.unicodeScalars[...]
    func drops(_ scalar: Unicode.Scalar) -> Bool { characters?.contains(scalar) ?? scalar.isSpace }
    while leading, let first = scalars.first, drops(first) { scalars.removeFirst() }
    while trailing, let last = scalars.last, drops(last) { scalars.removeLast() }
    return String(scalars)
  }

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
      // What is left unsplit keeps the white space inside it, and at its far end.
      if fromEnd {
        words.replaceSubrange(..<(words.count - limit), with: [0..<words[words.count - limit - 1].upperBound])
      } else {
        words.replaceSubrange(limit..., with: [words[limit].lowerBound..<scalars.count])
      }
    }
    return words.map { string(scalars[$0]) }
  }

  /// The lines of a text; an end of line at its end begins no further one.
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

  /// Text with the five characters that HTML gives a meaning replaced, as MarkupSafe does it.
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

  /// A string as Python's `repr` shows it: in single quotes unless it holds those alone.
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

  static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
