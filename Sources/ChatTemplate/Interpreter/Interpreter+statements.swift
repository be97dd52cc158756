extension Interpreter {
  /// How a sequence of statements ended.
  enum Completion {
    case normal, breakLoop, continueLoop
  }

  func execute(_ statements: [Statement]) throws(ChatTemplateError) -> Completion {
    try descend()
    defer { depth -= 1 }
    for statement in statements {
      try charge(1)
      let completion = try execute(statement)
      if completion != .normal { return completion }
    }
    return .normal
  }

  private func execute(_ statement: Statement) throws(ChatTemplateError) -> Completion {
    switch statement {
    case .text(let text): try print(text)
    case .output(let expression, let line):
      self.line = line
      try print(try display(try evaluate(expression)))
    case .conditional(let branches, let otherwise): return try executeConditional(branches, otherwise)
    case .loop(let loop): return try execute(loop)
    case .assignment(let target, let expression, let line):
      self.line = line
      try assign(try evaluate(expression), to: target)
    case .growth(let target, let first, let operands, let operation, let line):
      self.line = line
      try grow(target, first, by: operands, operation)
    case .capture(let target, let filters, let body, let line):
      return try executeCapture(target, filters: filters, body: body, line: line)
    case .macro(let definition):
      line = definition.line
      scope.set(definition.id, to: .macro(try makeMacro(definition)))
    case .block(let definition, let isScoped):
      return try inScope(Scope(parent: isScoped ? scope : outermostScope), definition.body)
    case .call(let callee, let arguments, let body, let line):
      try executeCall(callee, arguments, body: body, line: line)
    case .filter(let filters, let body, let line):
      let (text, completion) = try capture(body)
      guard completion == .normal else { return completion }
      self.line = line
      try print(try display(try apply(filters, to: .string(text))))
    case .with(let assignments, let body, let line):
      return try executeWith(assignments, body: body, line: line)
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    }
    return .normal
  }

  private func print(_ text: String) throws(ChatTemplateError) {
    output += text
    try checkSize(output.utf8.count)
    try allot(text.utf8.count / 32)
  }

  /// Runs the statements in the given scope.
  func inScope(_ inner: Scope, _ body: [Statement]) throws(ChatTemplateError) -> Completion {
    let outer = scope
    scope = inner
    defer { scope = outer }
    return try execute(body)
  }

  /// Runs the statements in the given scope, or a new one, and returns what they print.
  private func capture(_ body: [Statement], in inner: Scope? = nil) throws(ChatTemplateError) -> (String, Completion) {
    let outer = output
    output = ""
    defer { output = outer }
    let completion = try inScope(inner ?? Scope(parent: scope), body)
    return (output, completion)
  }

  private func executeConditional(
    _ branches: [Branch], _ otherwise: [Statement]
  ) throws(ChatTemplateError) -> Completion {
    for branch in branches {
      line = branch.line
      if try holds(branch) { return try execute(branch.body) }
    }
    return try execute(otherwise)
  }

  private func holds(_ branch: Branch) throws(ChatTemplateError) -> Bool {
    guard let test = branch.soleTest, case .dictionary(let dictionary) = variable(test.variable), dictionary.isData
    else {
      return try evaluate(branch.test).isTrue
    }
    try charge(1)
    guard try holds(test, of: dictionary) else { return false }
    guard let rest = test.rest else { return true }
    return try evaluate(rest).isTrue
  }

  private func holds(_ test: SoleTest, of dictionary: DictionaryValue) throws(ChatTemplateError) -> Bool {
    if let answer = dictionary.answer(to: test) { return answer }
    let answer = try evaluate(test.condition).isTrue
    if !dictionary.hasAnswers { try allot(1 + program.soleTests / 32) }
    dictionary.remember(answer, to: test, of: program.soleTests)
    return answer
  }

  private func executeCapture(
    _ target: Target, filters: [Postfix], body: [Statement], line: Int
  ) throws(ChatTemplateError) -> Completion {
    let (text, completion) = try capture(body)
    guard completion == .normal else { return completion }
    self.line = line
    try assign(try apply(filters, to: .string(text)), to: target)
    return .normal
  }

  private func executeWith(
    _ assignments: [(Target, Expression)], body: [Statement], line: Int
  ) throws(ChatTemplateError) -> Completion {
    self.line = line
    let outer = scope
    let inner = Scope(parent: outer)
    for (target, expression) in assignments {
      let value = try evaluate(expression)
      scope = inner
      defer { scope = outer }
      try assign(value, to: target)
    }
    return try inScope(inner, body)
  }
}

/// Assignment.
extension Interpreter {
  /// Assigns a value to a target; a tuple of targets takes the elements of the value.
  func assign(_ value: Value, to target: Target) throws(ChatTemplateError) {
    switch target {
    case .variable(let id): scope.set(id, to: value)
    case .member(let id, let member):
      guard case .namespace(let namespace) = variable(id) else {
        throw invalid("'\(name(of: id))' is not a namespace, so its member '\(member)' can't be set")
      }
      try checkMemberName(member)
      namespace[member] = value
    case .tuple(let targets):
      let values = try elements(of: value)
      guard values.count == targets.count else {
        throw invalid("can't unpack \(values.count) values into \(targets.count) targets")
      }
      for (target, value) in zip(targets, values) { try assign(value, to: target) }
    }
  }

  /// Refuses members that begin with an underscore, as transformers does.
  func checkMemberName(_ name: String) throws(ChatTemplateError) {
    guard !name.hasPrefix("_") else { throw invalid("a namespace can't have the member '\(name)'") }
  }
}

/// Growing texts.
extension Interpreter {
  /// Assigns `first ~ operands…` or `first + operands…` to the target that `first` reads.
  ///
  /// A text is appended to where it is, unless an operand has changed it on the way.
  private func grow(
    _ target: Target, _ first: Expression, by operands: [Expression], _ operation: ArithmeticOperator?
  ) throws(ChatTemplateError) {
    let changes = self.changes(of: target)
    var value = try evaluate(first)
    let values = try evaluate(operands)
    let suffixes = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    if case .string = value, suffixes.count == values.count, let changes, changes == self.changes(of: target) {
      value = .null
      let suffix = suffixes.count == 1 ? suffixes[0] : suffixes.joined()
      if let growth = append(suffix, to: target) {
        try checkSize(growth.length)
        return try allot(1 + growth.made / 32)
      }
      value = try evaluate(first)
    }
    if let operation {
      for operand in values { value = try apply(operation, value, operand) }
    } else {
      var text = try display(value)
      for operand in values { text += try display(operand) }
      value = try string(text)
    }
    try assign(value, to: target)
  }

  /// How often the place was changed, as far as an expression can change it; nil for one that can't be appended to.
  private func changes(of target: Target) -> Int? {
    switch target {
    case .variable(let id): return scope.holds(id) ? 0 : nil
    case .member(let id, _):
      guard case .namespace(let namespace) = variable(id) else { return nil }
      return namespace.changes
    case .tuple: return nil
    }
  }

  private func append(_ text: String, to target: Target) -> TextGrowth? {
    switch target {
    case .variable(let id): return scope.append(text, to: id)
    case .member(let id, let member):
      guard case .namespace(let namespace) = variable(id) else { return nil }
      return namespace.append(text, to: member)
    case .tuple: return nil
    }
  }
}

/// Macros.
extension Interpreter {
  /// Runs a macro, and returns what it prints.
  func call(_ macro: MacroValue, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
    try descend()
    defer { depth -= 1 }
    let callLine = line
    let inner = try bind(arguments, to: macro)
    let (text, _) = try capture(macro.definition.body, in: inner)
    line = callLine
    return .string(text)
  }

  /// Runs a `call` block: a call whose macro can run the body as `caller`.
  private func executeCall(
    _ callee: Expression, _ arguments: CallArguments, body: MacroDefinition, line: Int
  ) throws(ChatTemplateError) {
    self.line = line
    let callee = try evaluate(callee)
    var arguments = try evaluate(arguments)
    arguments.named.append(("caller", .macro(try makeMacro(body))))
    try print(try display(try call(callee, arguments)))
  }

  /// A scope with the macro's parameters. Defaults are evaluated in it, so that one may use the parameters before it.
  private func bind(_ arguments: Arguments, to macro: MacroValue) throws(ChatTemplateError) -> Scope {
    let definition = macro.definition
    let scope = Scope(parent: macro.scope)
    let outer = self.scope
    self.scope = scope
    defer { self.scope = outer }

    var named = arguments.named
    for (index, parameter) in definition.parameters.enumerated() {
      if index < arguments.positional.count {
        scope.set(parameter.id, to: arguments.positional[index])
      } else if let place = named.firstIndex(where: { sameText($0.name, parameter.name) }) {
        scope.set(parameter.id, to: named.remove(at: place).value)
      } else if let fallback = parameter.fallback {
        scope.set(parameter.id, to: try evaluate(fallback))
      } else {
        scope.set(parameter.id, to: .undefined(.because("the parameter '\(parameter.name)' was not given")))
      }
    }
    try bindRest(positional: arguments.positional.dropFirst(definition.parameters.count), named: &named, of: definition)
    return scope
  }

  private func bindRest(
    positional: ArraySlice<Value>, named: inout [(name: String, value: Value)], of definition: MacroDefinition
  ) throws(ChatTemplateError) {
    if definition.reads.contains(NameTable.caller) {
      let place = named.firstIndex { $0.name == "caller" }
      let caller = place.map { named.remove(at: $0).value }
      scope.set(NameTable.caller, to: caller ?? .undefined(.because("the macro was not used with 'call'")))
    }
    if definition.reads.contains(NameTable.kwargs) {
      scope.set(NameTable.kwargs, to: .dictionary(try dictionary(from: named)))
    } else if let extra = named.first {
      throw invalid("the macro '\(definition.name)' has no parameter '\(extra.name)'")
    }
    if definition.reads.contains(NameTable.varargs) {
      scope.set(NameTable.varargs, to: try tuple(Array(positional)))
    } else if !positional.isEmpty {
      throw invalid("the macro '\(definition.name)' takes only \(definition.parameters.count) arguments")
    }
  }
}
