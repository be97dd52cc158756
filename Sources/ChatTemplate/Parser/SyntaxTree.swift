/// A template's syntax tree.
struct Program: Sendable {
  let statements: [Statement]
  let names: NameTable
  /// How many of the conditions are tests of one variable alone.
  let soleTests: Int
  /// By name.
  let blocks: [String: MacroDefinition]
}

/// Source that prints or changes something.
indirect enum Statement: Sendable {
  case text(String)
  case output(Expression, line: Int)
  case conditional([Branch], otherwise: [Statement])
  case loop(Loop)
  case assignment(Target, Expression, line: Int)
  /// `set x = x ~ …` or `x + …`, also of a namespace's member, which would copy a growing text each time.
  case growth(Target, Expression, by: [Expression], ArithmeticOperator?, line: Int)
  /// `set` with a body: assigns the text that the body prints, after the filters.
  case capture(Target, filters: [Postfix], body: [Statement], line: Int)
  case macro(MacroDefinition)
  /// `block`: a body that is printed here, and again by `self.name()`. Unless it is scoped, it sees the template's own
  /// variables only.
  case block(MacroDefinition, isScoped: Bool)
  /// `call`: a call that passes its body as the macro `caller`.
  case call(Expression, CallArguments, body: MacroDefinition, line: Int)
  case filter([Postfix], body: [Statement], line: Int)
  case with([(Target, Expression)], body: [Statement], line: Int)
  case breakLoop
  case continueLoop
}

/// A condition and what it guards.
struct Branch: Sendable {
  let test: Expression
  /// What the test asks first, of one variable alone; nil if it begins with something else.
  let soleTest: SoleTest?
  let body: [Statement]
  let line: Int
}

/// The left side of an assignment.
indirect enum Target: Sendable {
  case variable(NameTable.ID)
  /// A member of a namespace.
  case member(NameTable.ID, String)
  case tuple([Target])
}

/// A `for` statement.
struct Loop: Sendable {
  let target: Target
  /// Whether the body may read `loop`.
  let readsLoop: Bool
  let sequence: Expression
  let filter: Expression?
  let body: [Statement]
  let otherwise: [Statement]
  let line: Int
  /// If the body is one condition: how many of its branches are decided by something other than the element.
  ///
  /// Where one of these is taken and has no body, nothing has changed, so the same goes for all elements that follow.
  /// Templates look for something in this way and go on after they found it.
  let steadyBranches: Int
  /// Whether the body is nothing but conditions that each begin with a sole test of the element, so that an element is
  /// passed over if all of these failed before.
  let isSelective: Bool
}

/// A macro, or the body of a `call`.
struct MacroDefinition: Sendable {
  let name: String
  let id: NameTable.ID
  let parameters: [Parameter]
  let body: [Statement]
  /// Which of `caller`, `varargs` and `kwargs` the body reads; arguments for the others are refused.
  let reads: Set<NameTable.ID>
  let line: Int

  struct Parameter: Sendable {
    let name: String
    let id: NameTable.ID
    let fallback: Expression?
  }
}

/// Source that has a value.
///
/// Operators of one precedence are one node with many operands, and what follows an operand (members, calls, filters,
/// tests) is a list of steps. So long chains make wide trees, and only nesting in the source makes deep ones.
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

extension Expression {
  /// Whether the expression only looks at variables, but not those, and at members of them: it consumes nothing, and no
  /// loop changes what it says.
  func isPlain(without variables: Set<NameTable.ID>) -> Bool {
    switch self {
    case .null, .boolean, .integer, .number, .string: true
    case .variable(let id): !variables.contains(id)
    case .not(let operand): operand.isPlain(without: variables)
    case .all(let operands), .any(let operands): operands.allSatisfy { $0.isPlain(without: variables) }
    case .comparison(let first, let rest):
      first.isPlain(without: variables)
        && rest.allSatisfy { [.equal, .notEqual].contains($0.0) && $0.1.isPlain(without: variables) }
    case .postfix(.variable(let id), let steps):
      if steps.count == 1, case .attribute = steps[0] { !variables.contains(id) } else { false }
    default: false
    }
  }

  /// The assignment of this value as growth of what the target holds; nil if it is another.
  func growth(of target: Target, line: Int) -> Statement? {
    switch self {
    case .concatenation(let operands) where operands[0].reads(target):
      .growth(target, operands[0], by: Array(operands.dropFirst()), nil, line: line)
    case .arithmetic(let first, let rest) where first.reads(target) && rest.allSatisfy { $0.0 == .add }:
      .growth(target, first, by: rest.map(\.1), .add, line: line)
    default: nil
    }
  }

  private func reads(_ target: Target) -> Bool {
    switch (self, target) {
    case (.variable(let id), .variable(let target)): id == target
    case (.postfix(.variable(let id), let steps), .member(let target, let member)):
      if id == target, steps.count == 1, case .attribute(let name) = steps[0] { name.text == member } else { false }
    default: false
    }
  }
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

/// A step applied to the value before it: a member, a call, a filter or a test.
indirect enum Postfix: Sendable {
  case attribute(MemberName)
  /// A subscript that is spelled out, such as `message['role']`.
  case key(MemberName)
  case item(Expression)
  case slice(start: Expression?, stop: Expression?, step: Expression?)
  case call(CallArguments)
  case filter(name: String, Builtin?, CallArguments)
  case test(name: String, Builtin?, CallArguments, negated: Bool)
}

/// The name of a member as the template spells it, resolved once.
struct MemberName: Sendable {
  let text: String
  let id: NameTable.ID
  /// What a mapping has of that name besides its members.
  let ofMapping: MethodTable.Entry?
  /// Whether the sandbox hides the attribute.
  let isHidden: Bool

  init(_ text: String, id: NameTable.ID) {
    self.text = text
    self.id = id
    ofMapping = Builtin.dictionaryMethods.entry(text)
    isHidden = text.utf8.starts(with: "__".utf8)
  }
}

/// The arguments as written, before evaluation.
struct CallArguments: Sendable {
  var positional: [Expression] = []
  var named: [(name: String, value: Expression)] = []
  /// `*values`
  var spread: Expression?
  /// `**values`
  var namedSpread: Expression?

  var isEmpty: Bool { positional.isEmpty && named.isEmpty && spread == nil && namedSpread == nil }
}

/// The names of variables and members in a template, numbered so that a lookup compares integers.
struct NameTable: Sendable {
  typealias ID = Int

  static let loop = 0
  static let caller = 1
  static let varargs = 2
  static let kwargs = 3

  private(set) var names = ["loop", "caller", "varargs", "kwargs"]
  private var ids: [TextKey: ID] = [:]

  init() {
    for (id, name) in names.enumerated() { ids[TextKey(name)] = id }
  }

  /// The number of a name; nil if the template does not have it.
  func existingID(of name: String) -> ID? { ids[TextKey(name)] }

  mutating func id(of name: String) -> ID {
    if let id = existingID(of: name) { return id }
    let id = names.count
    names.append(name)
    ids[TextKey(name)] = id
    return id
  }
}
