import Foundation

extension Interpreter {
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
    case .modulo where left.text != nil: throw .unsupported("formatting a string with '%'", line: line)
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
        throw invalid("a power is no finite number")
      }
      return .number(result)
    }
  }

  private func join(_ left: Value, _ right: Value) throws(ChatTemplateError) -> Value {
    switch (left, right) {
    case (.string(let left), .string(let right)): return try string(left + right)
    case (.list(let left), .list(let right)): return try list(left.elements + right.elements)
    case (.tuple(let left), .tuple(let right)): return try tuple(left.elements + right.elements)
    case (.markup(let left), _):
      guard let other = right.text else { throw impossible(.add, .markup(left), right) }
      if case .markup = right { return .markup(try checked(left + other)) }
      return .markup(try checked(left + PythonText.escaped(other)))
    case (.string(let left), .markup(let right)): return .markup(try checked(PythonText.escaped(left) + right))
    default: throw impossible(.add, left, right)
    }
  }

  func checked(_ text: String) throws(ChatTemplateError) -> String {
    try chargeText(text.utf8.count)
    return text
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
    try chargeText(overflow ? .max : size)
    return text.isEmpty ? "" : String(repeating: text, count: count)
  }

  private func `repeat`(_ elements: [Value], _ count: Int) throws(ChatTemplateError) -> [Value] {
    let (size, overflow) = elements.count.multipliedReportingOverflow(by: count)
    try charge(overflow ? .max : size)
    return elements.isEmpty ? [] : Array(repeatElement(elements, count: count).joined())
  }
}
