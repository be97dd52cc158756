import Foundation

/// How a value is laid out, by `%` as by `format`.
struct TextLayout {
  var fill: Unicode.Scalar = " "
  /// `<`, `>`, `^` or `=`; nil for that of the value's type.
  var alignment: Unicode.Scalar?
  /// `+`, a space or `-`.
  var sign: Unicode.Scalar = "-"
  var isAlternate = false
  var hasThousands = false
  var width = 0
  var precision: Int?
  /// The letter of the presentation; nil for that of the value's type.
  var type: Unicode.Scalar?
}

/// Numbers and padding.
extension Interpreter {
  func digits(_ rest: inout ArraySlice<Unicode.Scalar>) throws(ChatTemplateError) -> Int? {
    let digits = rest.prefix(while: \.isDigit)
    rest = rest.dropFirst(digits.count)
    if digits.isEmpty { return nil }
    guard let value = Int(PythonText.string(digits)) else { throw tooLarge }
    try checkSize(value)
    return value
  }

  func laidOut(_ number: Int, _ layout: TextLayout) throws(ChatTemplateError) -> String {
    let radix = ["x": 16, "X": 16, "o": 8, "b": 2][layout.type ?? "d"] ?? 10
    var digits = String(number.magnitude, radix: radix, uppercase: layout.type == "X")
    if let precision = layout.precision, digits.utf8.count < precision {
      try allotText(precision)
      digits = String(repeating: "0", count: precision - digits.utf8.count) + digits
    }
    if layout.hasThousands { digits = Self.grouped(digits) }
    let prefix = layout.isAlternate && radix != 10 ? "0\(layout.type ?? "x")" : ""
    return try padded(digits, layout, sign: sign(isNegative: number < 0, layout) + prefix)
  }

  func laidOut(_ number: Double, _ layout: TextLayout) throws(ChatTemplateError) -> String {
    let percent = layout.type == "%"
    let places = layout.precision ?? 6
    guard places <= 400 else { throw invalid("too many decimal places") }
    let type = percent ? "f" : layout.type.map(String.init) ?? "g"
    var digits = String(format: "%.\(places)\(type)", (percent ? 100 * number : number).magnitude)
    if layout.hasThousands {
      let whole = digits.prefix { $0 != "." && $0 != "e" }
      digits = Self.grouped(String(whole)) + digits.dropFirst(whole.count)
    }
    return try padded(
      digits + (percent ? "%" : ""), layout, sign: sign(isNegative: number.sign == .minus && !number.isNaN, layout))
  }

  private func sign(isNegative: Bool, _ layout: TextLayout) -> String {
    isNegative ? "-" : layout.sign == "-" ? "" : String(layout.sign)
  }

  private static func grouped(_ digits: String) -> String {
    var grouped = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { grouped += "," }
      grouped.append(digit)
    }
    return grouped
  }

  func padded(_ text: String, _ layout: TextLayout, sign: String? = nil) throws(ChatTemplateError) -> String {
    let whole = (sign ?? "") + text
    let missing = layout.width - whole.unicodeScalars.count
    guard missing > 0 else { return whole }
    try allotText(missing)
    let alignment = layout.alignment ?? (sign == nil ? "<" : ">")
    func fill(_ count: Int) -> String { String(repeating: String(layout.fill), count: count) }
    switch alignment {
    case "<": return whole + fill(missing)
    case "^": return fill(missing / 2) + whole + fill(missing - missing / 2)
    case "=": return (sign ?? "") + fill(missing) + text
    default: return fill(missing) + whole
    }
  }
}

extension String {
  /// The text of a list's one element.
  var droppingBrackets: String { String(dropFirst().dropLast()) }
}
