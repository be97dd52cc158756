/// Numbers and strings, as Python writes them.
extension Lexer {
  /// Consumes an integer or a floating-point number; single underscores may separate digits.
  mutating func consumeNumber() throws(ChatTemplateError) {
    if let end = endOfFloat() {
      guard let value = Double(digits(position..<end)) else { throw failure("invalid number") }
      emit(.number(value))
      return advance(to: end)
    }
    let (start, radix) = radixPrefix()
    let end: Int
    if radix == 10 {
      end = source[position] == "0" ? endOfDigits(from: position) { $0 == "0" } : endOfDigits(from: position)
    } else {
      end = endOfDigits(from: start) { ($0.hexadecimalValue ?? 16) < radix }
    }
    guard let value = Int(digits(start..<end), radix: radix) else {
      throw failure("an integer does not fit 64 bits")
    }
    emit(.integer(value))
    advance(to: end)
  }

  /// Consumes a string in either kind of quotes, with Python's escapes.
  mutating func consumeString(quote: Unicode.Scalar) throws(ChatTemplateError) {
    var value = String.UnicodeScalarView()
    var index = position + 1
    while index < source.count, source[index] != quote {
      if source[index] == "\\" {
        index += 1
        if let scalar = try consumeEscape(at: &index) { value.append(scalar) }
      } else {
        value.append(source[index])
        index += 1
      }
    }
    guard index < source.count else { throw failure("a string has no end (\(quote))") }
    emit(.string(String(value)))
    advance(to: index + 1)
  }

  /// Consumes an escape from after its backslash, and returns what it stands for; nil for an escaped line end.
  private func consumeEscape(at index: inout Int) throws(ChatTemplateError) -> Unicode.Scalar? {
    guard index < source.count else { throw failure("a string has no end") }
    let letter = source[index]
    index += 1
    switch letter {
    case "\n": return nil
    case "\\", "'", "\"": return letter
    case "a": return "\u{07}"
    case "b": return "\u{08}"
    case "f": return "\u{0C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{0B}"
    case "x": return try consumeCode(at: &index, digits: 2)
    case "u": return try consumeCode(at: &index, digits: 4)
    case "U": return try consumeCode(at: &index, digits: 8)
    case "N": throw .unsupported("a character by name ('\\N')", line: line)
    case "0"..."7":
      var code: UInt32 = 0
      index -= 1
      var count = 0
      while count < 3, index < source.count, ("0"..."7").contains(source[index]) {
        code = code * 8 + UInt32(source[index].hexadecimalValue ?? 0)
        index += 1
        count += 1
      }
      return Unicode.Scalar(code)
    default:
      index -= 1
      return "\\"
    }
  }

  private func consumeCode(at index: inout Int, digits: Int) throws(ChatTemplateError) -> Unicode.Scalar {
    var code: UInt32 = 0
    for _ in 0..<digits {
      guard index < source.count, let digit = source[index].hexadecimalValue, code < 1 << 27 else {
        throw failure("invalid escape in a string")
      }
      code = code * 16 + UInt32(digit)
      index += 1
    }
    guard let scalar = Unicode.Scalar(code) else { throw failure("an escape names no character") }
    return scalar
  }

  /// The end of a number with a fraction, an exponent or both; nil for an integer, and after a dot, as in `items.0.1`.
  private func endOfFloat() -> Int? {
    if position > 0, source[position - 1] == "." { return nil }
    let whole = endOfDigits(from: position)
    var end = whole
    if has(".", at: end) {
      let fraction = endOfDigits(from: end + 1)
      if fraction > end + 1 { end = fraction }
    }
    if has("e", at: end) || has("E", at: end) {
      let start = has("+", at: end + 1) || has("-", at: end + 1) ? end + 2 : end + 1
      let exponent = endOfDigits(from: start)
      if exponent > start { end = exponent }
    }
    return end > whole ? end : nil
  }

  /// Where the digits start after a prefix such as `0x`, and the radix that it names.
  private func radixPrefix() -> (start: Int, radix: Int) {
    guard source[position] == "0", position + 2 < source.count else { return (position, 10) }
    let radix: Int
    switch source[position + 1] {
    case "b", "B": radix = 2
    case "o", "O": radix = 8
    case "x", "X": radix = 16
    default: return (position, 10)
    }
    let start = position + (source[position + 2] == "_" ? 3 : 2)
    guard start < source.count, let digit = source[start].hexadecimalValue, digit < radix else {
      return (position, 10)
    }
    return (start, radix)
  }

  private func endOfDigits(from start: Int, where allowed: (Unicode.Scalar) -> Bool = { $0.isDigit }) -> Int {
    var end = start
    while end < source.count {
      if allowed(source[end]) {
        end += 1
      } else if source[end] == "_", end > start, end + 1 < source.count, allowed(source[end + 1]) {
        end += 2
      } else {
        break
      }
    }
    return end
  }

  private func digits(_ range: Range<Int>) -> String { text(range).filter { $0 != "_" } }
}
