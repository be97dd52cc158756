import Foundation

extension Builtin {
  static let numberFilters: [Builtin] = [
    Builtin("int", ["default", "base"], int), Builtin("float", ["default"], float), Builtin("abs", abs),
    Builtin("round", ["precision", "method"], round),
  ]

  private static let int: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let fallback = arguments[0] ?? .integer(0)
    switch value {
    case .undefined(let reason): throw interpreter.undefined(reason)
    case .integer, .boolean: return .integer(value.index ?? 0)
    case .number(let number):
      if number.isNaN { return fallback }
      return .integer(try interpreter.truncated(number))
    case .string(let text), .markup(let text):
      let base = try interpreter.optionalIndex(arguments[1]) ?? 10
      if let digits = PythonText.integerDigits(text, base: base) {
        guard let integer = Int(digits, radix: base) else { throw interpreter.tooLarge }
        return .integer(integer)
      }
      guard let number = PythonText.number(text), number.isFinite else { return fallback }
      return .integer(try interpreter.truncated(number))
    default: return fallback
    }
  }

  private static let float: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    if case .undefined(let reason) = value { throw interpreter.undefined(reason) }
    let number = value.text.map(PythonText.number) ?? value.real
    return number.map(Value.number) ?? arguments[0] ?? .number(0)
  }

  private static let abs: Body = { interpreter, value, _ throws(ChatTemplateError) in
    if case .number(let number) = value { return .number(Swift.abs(number)) }
    guard let integer = value.index else { throw interpreter.invalid("\(value.kind) has no absolute value") }
    guard integer != .min else { throw interpreter.tooLarge }
    return .integer(Swift.abs(integer))
  }

  private static let round: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let precision = try interpreter.optionalIndex(arguments[0]) ?? 0
    let method = try interpreter.display(arguments[1] ?? .string("common"))
    guard (-300...300).contains(precision) else { throw interpreter.invalid("can't round to \(precision) digits") }
    guard let number = value.real else { throw interpreter.invalid("\(value.kind) can't be rounded") }
    let scale = pow(10, Double(precision))
    switch method {
    case "common":
      if precision >= 0, let integer = value.index { return .integer(integer) }
      let rounded = precision >= 0 ? roundedDecimally(number, precision) : roundedToEven(number * scale) / scale
      return value.index == nil ? .number(rounded) : .integer(try interpreter.truncated(rounded))
    case "ceil": return .number((number * scale).rounded(.up) / scale)
    case "floor": return .number((number * scale).rounded(.down) / scale)
    default: throw interpreter.invalid("the rounding method must be common, ceil or floor")
    }
  }

  private static func roundedToEven(_ number: Double) -> Double { number.rounded(.toNearestOrEven) }

  /// Rounds the exact binary value to decimal places, as Python does: 2.675 is stored as slightly less, so becomes 2.67.
  private static func roundedDecimally(_ number: Double, _ places: Int) -> Double {
    guard number.isFinite, places < 20 else { return number }
    return Double(String(format: "%.\(places)f", number)) ?? number
  }
}

extension Interpreter {
  var tooLarge: ChatTemplateError { invalid("an integer does not fit 64 bits") }

  func truncated(_ number: Double) throws(ChatTemplateError) -> Int {
    guard let integer = Int(exactly: number.rounded(.towardZero)) else { throw tooLarge }
    return integer
  }

  /// The truth of an argument that must be a whole number; false if it is left out.
  func isSet(_ value: Value?) throws(ChatTemplateError) -> Bool {
    guard let value else { return false }
    guard let index = value.index else { throw invalid("expected true or false, got \(value.kind)") }
    return index != 0
  }

  /// The value of an argument that must be a whole number; nil if it is left out or none.
  func optionalIndex(_ value: Value?) throws(ChatTemplateError) -> Int? {
    guard let value, !value.isNull else { return nil }
    guard let index = value.index else { throw invalid("expected a whole number, got \(value.kind)") }
    return index
  }
}
