/// Reads a text from front to back, by marks.
struct TextScanner {
  private(set) var rest: Substring

  init(_ text: some StringProtocol) { rest = Substring(text) }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func skipWhitespace() { rest = rest.drop(while: \.isWhitespace) }

  /// Skips the text if it comes next; false if it does not.
  mutating func skip(_ text: String) -> Bool {
    guard rest.utf8.starts(with: text.utf8) else { return false }
    rest = Substring(rest.utf8.dropFirst(text.utf8.count))
    return true
  }

  /// Reads the text up to the mark and skips the mark; nil, with nothing read, if there is no such mark.
  mutating func text(upTo mark: String) -> String? {
    guard let range = rest.firstRange(ofBytes: mark) else { return nil }
    defer { rest = rest[range.upperBound...] }
    return String(rest[..<range.lowerBound])
  }

  /// Reads the characters for which the condition holds.
  mutating func text(while isPart: (Character) -> Bool) -> String {
    let text = rest.prefix(while: isPart)
    rest = rest[text.endIndex...]
    return String(text)
  }
}

extension Substring {
  /// Where a text first occurs, byte by byte: a tag followed by a combining character is still a tag.
  fileprivate func firstRange(ofBytes mark: String) -> Range<Index>? {
    let wanted = Array(mark.utf8)
    guard let first = wanted.first else { return nil }
    var start = startIndex
    while let place = utf8[start...].firstIndex(of: first) {
      if utf8[place...].starts(with: wanted) { return place..<utf8.index(place, offsetBy: wanted.count) }
      start = utf8.index(after: place)
    }
    return nil
  }
}

extension String {
  /// The text without white space at either end.
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return String(self[first...last])
  }

  /// The text without one newline at either end.
  var withoutOuterNewlines: String {
    var text = self[...]
    if text.first == "\n" { text = text.dropFirst() }
    if text.last == "\n" { text = text.dropLast() }
    return String(text)
  }
}
