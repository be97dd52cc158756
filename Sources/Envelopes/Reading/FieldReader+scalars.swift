/// Texts.
extension FieldReader {
  package func text(_ key: String) -> String? {
    value(key, expected: "a string that is not blank") {
      $0.string.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    }
  }

  /// A member that may be absent, else any string.
  func optionalText(_ key: String) -> String? {
    optional(key) == nil ? nil : value(key, expected: "a string", \.string)
  }

  package func identifier(_ key: String) -> String? {
    value(key, expected: "1 to \(Identifiers.lengthLimit) letters, digits, \"-\", \"_\" and \".\"") {
      $0.string.flatMap { Identifiers.isIdentifier($0) ? $0 : nil }
    }
  }

  /// A name as models write it: an identifier, perhaps with dots.
  func toolName(_ key: String) -> String? {
    value(key, expected: "a name of letters, digits, \"_\", \"-\" and \".\"") {
      $0.string.flatMap { Identifiers.isIdentifier($0) ? $0 : nil }
    }
  }

  package func choice<Choice>(_ key: String, of choices: [Choice]) -> Choice?
  where Choice: RawRepresentable, Choice.RawValue == String {
    value(key, expected: "one of \(choices.map(\.rawValue).joined(separator: ", "))") { json in
      choices.first { $0.rawValue == json.string }
    }
  }
}

/// Numbers and truth values.
extension FieldReader {
  /// An integer that is written as one: `1` and `1.0` would be two hashes of one contract.
  package func integer(_ key: String, _ range: ClosedRange<Int>, default fallback: Int? = nil) -> Int? {
    let expected =
      range.count == 1 ? "\(range.lowerBound)" : "an integer from \(range.lowerBound) to \(range.upperBound)"
    return value(key, expected: expected, fallback: fallback) {
      if case .integer(let value) = $0, range.contains(value) { value } else { nil }
    }
  }

  /// A seed that every JSON reader reads exactly: doubles are exact up to 2^53.
  package func seed(_ key: String) -> UInt64? { integer(key, 0...(1 << 53 - 1)).map(UInt64.init) }

  package func number(_ key: String, _ range: NumberRange, default fallback: Double? = nil) -> Double? {
    value(key, expected: "a number \(range)", fallback: fallback) {
      $0.number.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  package func bool(_ key: String, default fallback: Bool? = nil) -> Bool? {
    value(key, expected: "true or false", fallback: fallback, \.bool)
  }
}

/// The numbers that a member may be.
package struct NumberRange: Sendable, CustomStringConvertible {
  private let lower: Double
  private let includesLower: Bool
  private let upper: Double
  private let includesUpper: Bool

  package static func from(_ lower: Double, through upper: Double) -> Self {
    Self(lower: lower, includesLower: true, upper: upper, includesUpper: true)
  }

  package static func from(_ lower: Double, below upper: Double) -> Self {
    Self(lower: lower, includesLower: true, upper: upper, includesUpper: false)
  }

  package static func above(_ lower: Double, through upper: Double) -> Self {
    Self(lower: lower, includesLower: false, upper: upper, includesUpper: true)
  }

  package static func above(_ lower: Double, below upper: Double) -> Self {
    Self(lower: lower, includesLower: false, upper: upper, includesUpper: false)
  }

  package func contains(_ value: Double) -> Bool {
    (includesLower ? value >= lower : value > lower) && (includesUpper ? value <= upper : value < upper)
  }

  package var description: String {
    "\(includesLower ? "at least" : "above") \(lower) and \(includesUpper ? "at most" : "below") \(upper)"
  }
}

/// The form of ids in an envelope: they become column values, flags and parts of file names.
package enum Identifiers {
  static let lengthLimit = 64

  package static func isIdentifier(_ text: String) -> Bool {
    (1...lengthLimit).contains(text.utf8.count) && text.utf8.allSatisfy(isIdentifierByte)
      && text.utf8.first != UInt8(ascii: ".")
  }

  static func isIdentifierByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
