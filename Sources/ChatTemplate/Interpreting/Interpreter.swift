/// Runs one rendering of a program.
final class Interpreter {
  let limits: RenderLimits
  let clock: Clock
  private let program: Program
  /// By name, what no scope holds: the caller's variables and Jinja's functions.
  private var globals: [Value?] = []
  private var steps = 0
  var depth = 0
  var line = 1
  var scope = Scope(parent: nil)
  /// What has been printed into the innermost capture, or into the result.
  var output = ""
  /// Scopes and namespaces that something may hold on to in a circle, or in a chain too long to release in one go.
  private var keptScopes: [Scope] = []
  private var keptNamespaces: [NamespaceValue] = []

  init(
    program: Program, context: [String: TemplateValue], limits: RenderLimits, clock: Clock
  ) throws(ChatTemplateError) {
    self.program = program
    self.limits = limits
    self.clock = clock
    for name in program.names.names {
      if let value = context[name] {
        globals.append(try self.value(of: value))
      } else {
        globals.append(Builtin.functions[name].map(Value.function))
      }
    }
  }

  func run() throws(ChatTemplateError) -> String {
    defer {
      for scope in keptScopes { scope.removeAll() }
      for namespace in keptNamespaces { namespace.removeAll() }
    }
    _ = try execute(program.statements)
    return output
  }

  func name(of id: NameTable.ID) -> String { program.names.names[id] }

  func variable(_ id: NameTable.ID) -> Value {
    scope.lookup(id) ?? globals[id] ?? .undefined(.variable(name(of: id)))
  }

  func makeMacro(_ definition: MacroDefinition) throws(ChatTemplateError) -> MacroValue {
    try keepScope()
    return MacroValue(definition, scope: scope)
  }

  /// Remembers the current scope, for something that holds on to it.
  func keepScope() throws(ChatTemplateError) {
    try charge(20)
    if keptScopes.last !== scope { keptScopes.append(scope) }
  }

  func makeNamespace() throws(ChatTemplateError) -> NamespaceValue {
    try charge(20)
    let namespace = NamespaceValue()
    keptNamespaces.append(namespace)
    return namespace
  }
}

extension Interpreter {
  /// Counts work done.
  func charge(_ count: Int) throws(ChatTemplateError) {
    let (sum, overflows) = steps.addingReportingOverflow(count)
    steps = sum
    guard !overflows, sum <= limits.steps else { throw .limit(.steps, maximum: limits.steps, line: line) }
  }

  /// Counts text handled, which must be no longer than the output may be.
  func checkSize(_ bytes: Int) throws(ChatTemplateError) {
    guard bytes <= limits.outputBytes else {
      throw .limit(.output, maximum: limits.outputBytes, line: line)
    }
  }

  func chargeText(_ bytes: Int) throws(ChatTemplateError) {
    try checkSize(bytes)
    try charge(bytes / 32)
  }

  /// Goes a level deeper; the caller comes back by taking one off `depth`.
  func descend() throws(ChatTemplateError) {
    depth += 1
    guard depth <= limits.depth else { throw .limit(.depth, maximum: limits.depth, line: line) }
  }

  func invalid(_ problem: String) -> ChatTemplateError { .invalid(problem, line: line) }

  func undefined(_ reason: UndefinedReason) -> ChatTemplateError { .undefined(reason.description, line: line) }
}
