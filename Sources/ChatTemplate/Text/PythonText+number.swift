/// Numbers, as Python reads and shows them.
extension PythonText {
  /// The sign and digits of a text that is an integer in that base; nil for any other text.
  ///
  /// White space around it, underscores between digits, and the prefix of the base are allowed.
  static func integerDigits(_ text: String, base: Int) -> String? {
    guard (2...36).contains(base) else { return nil }
    var rest = Array(stripped(text).unicodeScalars)[...]
    var digits = ""
    if let sign = rest.first, sign == "-" || sign == "+" {
      if sign == "-" { digits = "-" }
      rest.removeFirst()
    }
    let prefixes: [Int: [Unicode.Scalar]] = [2: ["b", "B"], 8: ["o", "O"], 16: ["x", "X"]]
    if rest.first == "0", let letter = rest.dropFirst().first, prefixes[base]?.contains(letter) ?? false {
      rest = rest.dropFirst(2)
      if rest.first == "_" { rest.removeFirst() }
    }
    guard let plain = withoutSeparators(rest) else { return nil }
    for scalar in plain {
      guard scalar.isASCII, let digit = Character(scalar).wholeNumberValue ?? letterValue(scalar), digit < base else {
        return nil
      }
      digits.unicodeScalars.append(scalar)
    }
    return digits
  }

  /// The number that a text spells; nil if it spells none.
  ///
  /// White space around it, underscores between digits, `inf` and `nan` are allowed.
  static func number(_ text: String) -> Double? {
    let trimmed = stripped(text)
    let scalars = Array(trimmed.unicodeScalars)
    for (index, scalar) in scalars.enumerated() where scalar == "_" {
      guard index > 0, scalars[index - 1].isDigit, index + 1 < scalars.count, scalars[index + 1].isDigit else {
        return nil
      }
    }
    let unsigned = trimmed.drop { $0 == "+" || $0 == "-" }
    guard unsigned.utf8.count + 1 >= trimmed.utf8.count else { return nil }
    switch unsigned.lowercased() {
    case "inf", "infinity", "nan": return Double(trimmed)
    default: break
    }
    guard unsigned.utf8.allSatisfy({ (0x30...0x39).contains($0) || ".eE+-_".utf8.contains($0) }) else { return nil }
    return Double(trimmed.filter { $0 != "_" })
  }

  /// A floating-point number as Python's `repr` shows it: the shortest digits that read back as the same number, with an
  /// exponent below 10⁻⁴ and from 10¹⁶ on.
  static func text(of number: Double) -> String {
    if number.isNaN { return "nan" }
    if number.isInfinite { return number < 0 ? "-inf" : "inf" }
    let parts = number.magnitude.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = String(mantissa[0])
    let fraction = mantissa.count > 1 && mantissa[1] != "0" ? String(mantissa[1]) : ""
    let leadingZeros = (whole + fraction).prefix { $0 == "0" }.count
    var digits = String((whole + fraction).dropFirst(leadingZeros))
    // The number is 0.d₁d₂… × 10^point.
    let point = whole.count - leadingZeros + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    while digits.hasSuffix("0") { digits.removeLast() }
    let sign = number.sign == .minus ? "-" : ""
    if digits.isEmpty { return sign + "0.0" }
    if point <= -4 || point > 16 {
      let exponent = point - 1
      let tail = digits.count > 1 ? "." + digits.dropFirst() : ""
      let padding = abs(exponent) < 10 ? "0" : ""
      return "\(sign)\(digits.prefix(1))\(tail)e\(exponent < 0 ? "-" : "+")\(padding)\(abs(exponent))"
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    let integral = digits.prefix(point) + String(repeating: "0", count: max(0, point - digits.count))
    let rest = digits.dropFirst(point)
    return sign + integral + "." + (rest.isEmpty ? "0" : rest)
  }

  private static func withoutSeparators(_ digits: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar]? {
    let parts = digits.split(separator: "_", omittingEmptySubsequences: false)
    guard !parts.contains(where: \.isEmpty) else { return nil }
    return parts.flatMap { $0 }
  }

  private static func letterValue(_ scalar: Unicode.Scalar) -> Int? {
    switch scalar {
    case "a"..."z": Int(scalar.value) - 0x57
    case "A"..."Z": Int(scalar.value) - 0x37
    default: nil
    }
  }
}
