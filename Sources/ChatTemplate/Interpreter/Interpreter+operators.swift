import Foundation

/// Arithmetic.
extension Interpreter {
  /// Applies an operator as Python does: whole numbers stay whole, and `+` and `*` also work on strings and lists.
  func apply(_ operation: ArithmeticOperator, _ left: Value, _ right: Value) throws(ChatTemplateError) -> Value {
    if case .undefined(let reason) = left { throw undefined(reason) }
    if case .undefined(let reason) = right { throw undefined(reason) }
    if let left = left.index, let right = right.index { return try apply(operation, left, right) }
    if let left = left.real, let right = right.real { return try apply(operation, left, right) }
    switch operation {
    case .add: return try join(left, right)
    case .multiply:
      if let count = right.index { return try `repeat`(left, count) }
      if let count = left.index { return try `repeat`(right, count) }
      throw impossible(operation, left, right)
    case .modulo:
      guard let pattern = left.text else { throw impossible(operation, left, right) }
      return try formatted(pattern, with: right)
    default: throw impossible(operation, left, right)
    }
  }

  private func impossible(_ operation: ArithmeticOperator, _ left: Value, _ right: Value) -> ChatTemplateError {
    invalid("'\(operation.rawValue)' can't be applied to \(left.kind) and \(right.kind)")
  }

  private func apply(_ operation: ArithmeticOperator, _ left: Int, _ right: Int) throws(ChatTemplateError) -> Value {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .add: result = left.addingReportingOverflow(right)
    case .subtract: result = left.subtractingReportingOverflow(right)
    case .multiply: result = left.multipliedReportingOverflow(by: right)
    case .divide: return try apply(operation, Double(left), Double(right))
    case .floorDivide, .modulo:
      guard right != 0 else { throw invalid("division by zero") }
      let (quotient, overflow) = left.dividedReportingOverflow(by: right)
      let remainder = overflow ? 0 : left % right
      let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
      result =
        operation == .modulo
        ? (isBelow ? remainder + right : remainder, false) : (isBelow ? quotient - 1 : quotient, overflow)
    case .power:
      guard right >= 0 else { return try apply(operation, Double(left), Double(right)) }
      result = power(left, right)
    }
    guard !result.overflow else { throw invalid("an integer does not fit 64 bits") }
    return .integer(result.partialValue)
  }

  private func power(_ base: Int, _ exponent: Int) -> (partialValue: Int, overflow: Bool) {
    if base == 0 || base == 1 { return (exponent == 0 ? 1 : base, false) }
    if base == -1 { return (exponent % 2 == 0 ? 1 : -1, false) }
    var product = 1
    for _ in 0..<min(exponent, 64) {
      let (next, overflow) = product.multipliedReportingOverflow(by: base)
      if overflow { return (0, true) }
      product = next
    }
    return (product, exponent > 64)
  }

  private func apply(
    _ operation: ArithmeticOperator, _ left: Double, _ right: Double
  ) throws(ChatTemplateError) -> Value {
    switch operation {
    case .add: return .number(left + right)
    case .subtract: return .number(left - right)
    case .multiply: return .number(left * right)
    case .divide, .floorDivide, .modulo:
      guard right != 0 else { throw invalid("division by zero") }
      if operation == .divide { return .number(left / right) }
      let remainder = left.truncatingRemainder(dividingBy: right)
      let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
      let modulo = remainder == 0 ? Double(signOf: right, magnitudeOf: 0) : isBelow ? remainder + right : remainder
      return .number(operation == .modulo ? modulo : ((left - modulo) / right).rounded())
    case .power:
      let result = pow(left, right)
      guard !(result.isInfinite && left.isFinite && right.isFinite), !(left < 0 && result.isNaN) else {
        throw invalid("a power is not a finite number")
      }
      return .number(result)
    }
  }

  private func join(_ left: Value, _ right: Value) throws(ChatTemplateError) -> Value {
    switch (left, right) {
    case (.string(let left), .string(let right)): return try string(left + right)
    case (.list(let left), .list(let right)): return try list(try join(left.elements, right.elements))
    case (.tuple(let left), .tuple(let right)): return try tuple(try join(left.elements, right.elements))
    case (.markup(let left), _):
      guard let other = right.text else { throw impossible(.add, .markup(left), right) }
      if case .markup = right { return .markup(try checked(left + other)) }
      return .markup(try checked(left + PythonText.escaped(other)))
    case (.string(let left), .markup(let right)): return .markup(try checked(PythonText.escaped(left) + right))
    default: throw impossible(.add, left, right)
    }
  }

  private func join(_ left: Elements, _ right: Elements) throws(ChatTemplateError) -> [Value] {
    try checkAllotment(of: left.count + right.count)
    return Array(left) + right
  }

  private func `repeat`(_ value: Value, _ count: Int) throws(ChatTemplateError) -> Value {
    let count = max(count, 0)
    switch value {
    case .string(let text): return .string(try `repeat`(text, count))
    case .markup(let text): return .markup(try `repeat`(text, count))
    case .list(let source): return try list(try `repeat`(source.elements, count))
    case .tuple(let source): return try tuple(try `repeat`(source.elements, count))
    default: throw impossible(.multiply, value, .integer(count))
    }
  }

  private func `repeat`(_ text: String, _ count: Int) throws(ChatTemplateError) -> String {
    let (size, overflow) = text.utf8.count.multipliedReportingOverflow(by: count)
    try allotText(overflow ? .max : size)
    return text.isEmpty ? "" : String(repeating: text, count: count)
  }

  private func `repeat`(_ elements: Elements, _ count: Int) throws(ChatTemplateError) -> [Value] {
    let (size, overflow) = elements.count.multipliedReportingOverflow(by: count)
    try allot(overflow ? .max : size)
    return elements.isEmpty ? [] : Array(repeatElement(elements, count: count).joined())
  }
}

/// Comparison.
extension Interpreter {
  func holds(_ comparison: Comparison, _ left: Value, _ right: Value) throws(ChatTemplateError) -> Bool {
    switch comparison {
    case .equal: try areEqual(left, right)
    case .notEqual: try !areEqual(left, right)
    case .less: try precedes(left, right)
    case .greater: try precedes(right, left)
    case .lessOrEqual: try isAtMost(left, right)
    case .greaterOrEqual: try isAtMost(right, left)
    case .contained: try contains(right, left)
    case .notContained: try !contains(right, left)
    }
  }

  /// Python's equality: numbers by value whatever their type, lists by their elements, the rest by identity.
  func areEqual(_ left: Value, _ right: Value) throws(ChatTemplateError) -> Bool {
    try charge(1)
    switch (left, right) {
    case (.undefined, .undefined), (.null, .null), (.template, .template): return true
    case (.integer(let left), .integer(let right)): return left == right
    case (.boolean, _), (.integer, _), (.number, _):
      guard let left = Key(left), let right = Key(right) else { return false }
      return left == right
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      return try areEqual(left.elements, right.elements)
    case (.dictionary(let left), .dictionary(let right)): return try areEqual(left, right)
    case (.range(let left), .range(let right)):
      return left.count == right.count
        && (left.count == 0 || (left.start == right.start && (left.count == 1 || left.step == right.step)))
    case (.namespace(let left), .namespace(let right)): return left === right
    case (.macro(let left), .macro(let right)): return left === right
    case (.iterator(let left), .iterator(let right)): return left === right
    case (.loop(let left), .loop(let right)): return left === right
    default:
      guard let left = left.text, let right = right.text else { return false }
      try charge(left.utf8.count / 32)
      return sameText(left, right)
    }
  }

  private func areEqual(_ left: Elements, _ right: Elements) throws(ChatTemplateError) -> Bool {
    guard left.count == right.count else { return false }
    try descend()
    defer { depth -= 1 }
    for (left, right) in zip(left, right) {
      guard try areEqual(left, right) else { return false }
    }
    return true
  }

  private func areEqual(_ left: DictionaryValue, _ right: DictionaryValue) throws(ChatTemplateError) -> Bool {
    guard left.count == right.count else { return false }
    try descend()
    defer { depth -= 1 }
    for (key, value) in zip(left.keys, left.values) {
      guard let other = right[try self.key(key)], try areEqual(value, other) else { return false }
    }
    return true
  }

  /// Whether a value sorts before another: numbers, strings by code points, lists by their first difference.
  func precedes(_ left: Value, _ right: Value) throws(ChatTemplateError) -> Bool {
    try charge(1)
    if let left = left.index, let right = right.index { return left < right }
    if let left = left.real, let right = right.real { return left < right }
    if let left = left.text, let right = right.text {
      try charge(left.utf8.count / 32)
      return textPrecedes(left, right)
    }
    switch (left, right) {
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      return try precedes(left.elements, right.elements)
    case (.undefined(let reason), _), (_, .undefined(let reason)): throw undefined(reason)
    default: throw invalid("\(left.kind) and \(right.kind) have no order")
    }
  }

  private func precedes(_ left: Elements, _ right: Elements) throws(ChatTemplateError) -> Bool {
    try descend()
    defer { depth -= 1 }
    for (left, right) in zip(left, right) {
      guard try areEqual(left, right) else { return try precedes(left, right) }
    }
    return left.count < right.count
  }

  private func isAtMost(_ left: Value, _ right: Value) throws(ChatTemplateError) -> Bool {
    let isGreater = try precedes(right, left)
    // A NaN is neither below nor above another number.
    return !isGreater && left.real?.isNaN != true && right.real?.isNaN != true
  }

  /// Python's `in`: a part of a string, a key of a mapping, or an element.
  func contains(_ container: Value, _ element: Value) throws(ChatTemplateError) -> Bool {
    switch container {
    case .string(let text), .markup(let text):
      guard let part = element.text else { throw invalid("\(element.kind) can't be in a string") }
      try chargeText(text.utf8.count + part.utf8.count)
      return TextSearch(for: part).firstMatch(in: Array(text.utf8)) != nil
    case .dictionary(let dictionary):
      if let text = element.text { return dictionary[text] != nil }
      return dictionary[try key(element)] != nil
    case .view(let view) where view.part == .keys: return view.dictionary[try key(element)] != nil
    default:
      for candidate in try elements(of: container) {
        if try areEqual(candidate, element) { return true }
      }
      return false
    }
  }
}
