/// A condition, or the beginning of one, that depends on nothing but one variable, such as
/// `message.role == 'tool' and message.content`.
///
/// What it says of a mapping that the caller gave never changes. Templates ask the same of every message once for every
/// other, so an answer is remembered.
struct SoleTest: Sendable {
  let variable: NameTable.ID
  /// Counts the template's sole tests.
  let number: Int
  let condition: Expression
  /// What the whole condition asks beyond it, if it asks more.
  let rest: Expression?

  /// Takes the longest beginning of a condition that depends on one variable and on nothing that changes; nil if there is
  /// none.
  init?(leading condition: Expression, number: Int) {
    let operands = if case .all(let operands) = condition { operands } else { [condition] }
    var reads = VariableReads()
    var count = 0
    for operand in operands {
      var further = reads
      guard further.collect(operand), further.variables.count <= 1 else { break }
      reads = further
      count += 1
    }
    guard let variable = reads.variables.first else { return nil }
    self.variable = variable
    self.number = number
    self.condition = Self.conjunction(of: operands.prefix(count))
    rest = count == operands.count ? nil : Self.conjunction(of: operands.dropFirst(count))
  }

  private static func conjunction(of operands: ArraySlice<Expression>) -> Expression {
    operands.count == 1 ? operands[operands.startIndex] : .all(Array(operands))
  }
}

/// The variables that an expression reads, if it does nothing else: no calls, and no output.
private struct VariableReads {
  private(set) var variables: Set<NameTable.ID> = []

  /// Filters and tests whose result depends on the value alone.
  private static let steady: Set<String> = [
    "length", "lower", "trim", "upper", "boolean", "defined", "false", "iterable", "mapping", "none", "number",
    "sequence",
    "string", "true", "undefined",
  ]

  /// Adds what the expression reads; false if it may do more than read.
  mutating func collect(_ expression: Expression) -> Bool {
    switch expression {
    case .null, .boolean, .integer, .number, .string: true
    case .variable(let id): variables.insert(id).inserted || true
    case .list(let operands), .tuple(let operands), .all(let operands), .any(let operands): collect(operands)
    case .not(let operand): collect(operand)
    case .comparison(let first, let rest): collect([first] + rest.map(\.1))
    case .postfix(let base, let steps): collect(base) && collect(steps)
    case .dictionary, .sign, .arithmetic, .concatenation, .conditional: false
    }
  }

  private mutating func collect(_ expressions: [Expression]) -> Bool {
    for expression in expressions where !collect(expression) { return false }
    return true
  }

  private mutating func collect(_ steps: [Postfix]) -> Bool {
    for step in steps {
      switch step {
      case .attribute, .key: continue
      case .item(let index): guard collect(index) else { return false }
      case .filter(let name, let builtin, let arguments), .test(let name, let builtin, let arguments, _):
        guard builtin != nil, Self.steady.contains(name), arguments.isEmpty else { return false }
      case .slice, .call: return false
      }
    }
    return true
  }
}
