/// Classes and escapes.
extension PatternParser {
  /// The rest of a class, after its bracket.
  mutating func setRule() throws(Refusal) -> ScalarSet.Rule {
    let isComplement = consume("^")
    guard next != "]" else { throw Refusal(reason: "it has a class that is empty or begins with \"]\"") }
    var operands = [ScalarSet.Rule()]
    while !consume("]") {
      if consume("&&") {
        operands.append(ScalarSet.Rule())
      } else {
        try addMember(to: &operands[operands.count - 1])
      }
    }
    for index in operands.indices {
      guard operands[index] != ScalarSet.Rule() else { throw Refusal(reason: "it intersects with nothing") }
      operands[index] = try cased(operands[index])
    }
    var rule = operands[0]
    if operands.count > 1 {
      rule = ScalarSet.Rule(unions: [operands[0]], intersections: Array(operands.dropFirst()))
    }
    rule.isComplement = isComplement
    return rule
  }

  /// Reads one scalar, range, escape or nested class.
  private mutating func addMember(to rule: inout ScalarSet.Rule) throws(Refusal) {
    guard let first = try setMember(of: &rule) else { return }
    guard next == "-" else { return rule.ranges.append(first...first) }
    position += 1
    // At the end a hyphen stands for itself.
    if next == "]" {
      rule.ranges += [first...first, 0x2D...0x2D]
      return
    }
    guard let last = try setMember(of: &rule), first <= last else {
      throw Refusal(reason: "it has a range of characters that has no order")
    }
    rule.ranges.append(first...last)
  }

  /// Reads a scalar; adds anything else to the rule and returns nil.
  private mutating func setMember(of rule: inout ScalarSet.Rule) throws(Refusal) -> UInt32? {
    let scalar = try take()
    switch scalar {
    case "[":
      guard next != ":" else { throw Refusal(reason: "it has a class by name, \"[:\"") }
      rule.unions.append(try nested { parser throws(Refusal) in try parser.setRule() })
      return nil
    case "\\":
      let escaped = try escape()
      if let value = escaped.onlyMember { return value }
      if escaped.isComplement || !escaped.ranges.isEmpty {
        rule.unions.append(escaped)
      } else {
        rule.traits.formUnion(escaped.traits)
      }
      return nil
    default: return scalar.value
    }
  }

  /// The rest of an escape, after its backslash.
  mutating func escape() throws(Refusal) -> ScalarSet.Rule {
    let scalar = try take()
    switch scalar {
    case "s", "S": return ScalarSet.Rule(traits: .space, isComplement: scalar == "S")
    case "d", "D": return ScalarSet.Rule(traits: .decimalNumber, isComplement: scalar == "D")
    case "w", "W":
      // Oniguruma's table of Latin-1 has the superscript digits and the fractions as well.
      return ScalarSet.Rule(
        traits: .word, ranges: [0xB2...0xB3, 0xB9...0xB9, 0xBC...0xBE], isComplement: scalar == "W")
    case "p", "P": return try category(isComplement: scalar == "P")
    case "n": return .only(0x0A)
    case "r": return .only(0x0D)
    case "t": return .only(0x09)
    case "f": return .only(0x0C)
    case "v": return .only(0x0B)
    case "x": return try hexadecimal(closing: "}", opening: "{", digits: 1...6)
    case "u": return try hexadecimal(closing: "", opening: "", digits: 4...4)
    case "0"..."9", "a"..."z", "A"..."Z": throw Refusal(reason: "it has the escape \"\\\(scalar)\"")
    default: return .only(scalar.value)
    }
  }

  private mutating func category(isComplement: Bool) throws(Refusal) -> ScalarSet.Rule {
    guard consume("{") else { throw Refusal(reason: "it has \"\\p\" without a category") }
    let isNegated = consume("^")
    var name = ""
    while let scalar = next, scalar != "}" {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    guard consume("}"), let traits = ScalarTraits(category: name) else {
      throw Refusal(reason: "it has \"\\p{\(name)}\", which is not a general category")
    }
    return ScalarSet.Rule(traits: traits, isComplement: isComplement != isNegated)
  }

  private mutating func hexadecimal(
    closing: String, opening: String, digits: ClosedRange<Int>
  ) throws(Refusal) -> ScalarSet.Rule {
    let start = position + opening.unicodeScalars.count
    var value: UInt32 = 0
    guard consume(opening) else { throw Refusal(reason: "it has \"\\x\" without braces") }
    while position - start < digits.upperBound, let digit = next?.hexadecimalDigit {
      value = value << 4 | digit
      position += 1
    }
    guard digits.contains(position - start), consume(closing), Unicode.Scalar(value) != nil else {
      throw Refusal(reason: "it has an escape that is not a character's number")
    }
    return .only(value)
  }
}

extension ScalarSet.Rule {
  fileprivate static func only(_ value: UInt32) -> Self { Self(ranges: [value...value]) }

  /// The scalar of a rule for one.
  fileprivate var onlyMember: UInt32? { ranges.count == 1 ? ranges[0].lowerBound : nil }
}

extension Unicode.Scalar {
  fileprivate var hexadecimalDigit: UInt32? {
    switch self {
    case "0"..."9": value - 0x30
    case "a"..."f": value - 0x61 + 10
    case "A"..."F": value - 0x41 + 10
    default: nil
    }
  }
}
