/// What has a value.
///
/// Operators of one precedence are one node with many operands, and what follows an operand (members, calls, filters,
/// tests) is a list of steps: long chains make wide trees, so that only nesting in the source makes deep ones.
indirect enum Expression: Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case variable(NameTable.ID)
  case list([Expression])
  case tuple([Expression])
  case dictionary([(key: Expression, value: Expression)])
  case sign(SignOperator, Expression)
  case not(Expression)
  case all([Expression])
  case any([Expression])
  case comparison(Expression, [(Comparison, Expression)])
  case arithmetic(Expression, [(ArithmeticOperator, Expression)])
  case concatenation([Expression])
  case conditional(test: Expression, then: Expression, otherwise: Expression?)
  case postfix(Expression, [Postfix])
}

enum SignOperator: Sendable {
  case plus, minus
}

enum ArithmeticOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
}

enum Comparison: Sendable {
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, contained, notContained
}

/// A step applied to the value before it.
indirect enum Postfix: Sendable {
  case attribute(String)
  case item(Expression)
  case slice(start: Expression?, stop: Expression?, step: Expression?)
  case call(CallArguments)
  case filter(name: String, Builtin?, CallArguments)
  case test(name: String, Builtin?, CallArguments, negated: Bool)
}

/// The arguments as written, before evaluation.
struct CallArguments: Sendable {
  var positional: [Expression] = []
  var named: [(name: String, value: Expression)] = []
  /// `*values`
  var spread: Expression?
  /// `**values`
  var namedSpread: Expression?
}
