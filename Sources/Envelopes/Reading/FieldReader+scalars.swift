import Measurements

extension FieldReader {
  package func text(_ key: String) -> String? {
    value(key, expected: "a string that is not blank") {
      $0.string.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    }
  }

  package func identifier(_ key: String) -> String? {
    value(key, expected: "1 to \(Identifiers.lengthLimit) letters, digits, \"-\", \"_\" and \".\"") {
      $0.string.flatMap { Identifiers.isIdentifier($0) ? $0 : nil }
    }
  }

  /// An integer that is written as one: `1` and `1.0` would be two hashes of one contract.
  package func integer(_ key: String, _ range: ClosedRange<Int>, default fallback: Int? = nil) -> Int? {
    let expected =
      range.count == 1 ? "\(range.lowerBound)" : "an integer from \(range.lowerBound) to \(range.upperBound)"
    return value(key, expected: expected, fallback: fallback) {
      if case .integer(let value) = $0, range.contains(value) { value } else { nil }
    }
  }

  /// A seed that every JSON reader takes as it is: doubles are exact up to 2^53.
  package func seed(_ key: String) -> UInt64? { integer(key, 0...(1 << 53 - 1)).map(UInt64.init) }

  package func number(_ key: String, _ range: NumberRange, default fallback: Double? = nil) -> Double? {
    value(key, expected: "a number \(range)", fallback: fallback) {
      $0.number.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  package func bool(_ key: String, default fallback: Bool? = nil) -> Bool? {
    value(key, expected: "true or false", fallback: fallback, \.bool)
  }

  package func choice<Choice>(_ key: String, of choices: [Choice]) -> Choice?
  where Choice: RawRepresentable, Choice.RawValue == String {
    value(key, expected: "one of \(choices.map(\.rawValue).joined(separator: ", "))") { json in
      choices.first { $0.rawValue == json.string }
    }
  }
}
