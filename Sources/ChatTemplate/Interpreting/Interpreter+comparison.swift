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

  /// Equality as Python has it: numbers by value whatever their type, lists by their elements, the rest by identity.
  func areEqual(_ left: Value, _ right: Value) throws(ChatTemplateError) -> Bool {
    try charge(1)
    switch (left, right) {
    case (.undefined, .undefined), (.null, .null): return true
    case (.integer(let left), .integer(let right)): return left == right
    case (.boolean, _), (.integer, _), (.number, _):
      guard let left = Key(left), let right = Key(right) else { return false }
      return left == right
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      return try areEqual(left.elements, right.elements)
    case (.dictionary(let left), .dictionary(let right)): return try areEqual(left, right)
    case (.range(let left), .range(let right)):
      return left.elements == right.elements
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

  private func areEqual(_ left: [Value], _ right: [Value]) throws(ChatTemplateError) -> Bool {
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

  private func precedes(_ left: [Value], _ right: [Value]) throws(ChatTemplateError) -> Bool {
    try descend()
    defer { depth -= 1 }
    for (left, right) in zip(left, right) {
      guard try areEqual(left, right) else { return try precedes(left, right) }
    }
    return left.count < right.count
  }

  private func isAtMost(_ left: Value, _ right: Value) throws(ChatTemplateError) -> Bool {
    let isGreater = try precedes(right, left)
    // What is not a number is neither below nor above another.
    return !isGreater && left.real?.isNaN != true && right.real?.isNaN != true
  }

  func contains(_ container: Value, _ element: Value) throws(ChatTemplateError) -> Bool {
    switch container {
    case .string(let text), .markup(let text):
      guard let part = element.text else { throw invalid("\(element.kind) can't be in a string") }
      try chargeText(text.utf8.count + part.utf8.count)
      return TextSearch(for: part).firstMatch(in: Array(text.utf8)) != nil
    case .dictionary(let dictionary): return dictionary[try key(element)] != nil
    case .view(let view) where view.part == .keys: return view.dictionary[try key(element)] != nil
    default:
      for candidate in try elements(of: container) {
        if try areEqual(candidate, element) { return true }
      }
      return false
    }
  }
}

extension Value {
  /// The value of a number, booleans included as in Python.
  var real: Double? {
    if case .number(let value) = self { return value }
    return index.map(Double.init)
  }
}
