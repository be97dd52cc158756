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
    case .capture(let target, let filters, let body, let line):
      return try executeCapture(target, filters: filters, body: body, line: line)
    case .macro(let definition):
      line = definition.line
      scope.set(definition.id, to: .macro(try makeMacro(definition)))
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

  func print(_ text: String) throws(ChatTemplateError) {
    output += text
    try checkSize(output.utf8.count)
    try charge(text.utf8.count / 32)
  }

  /// Runs the statements in a scope of their own.
  func inScope(_ inner: Scope, _ body: [Statement]) throws(ChatTemplateError) -> Completion {
    let outer = scope
    scope = inner
    defer { scope = outer }
    return try execute(body)
  }

  /// What the statements print, in a scope of their own.
  func capture(_ body: [Statement], in inner: Scope? = nil) throws(ChatTemplateError) -> (String, Completion) {
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
      if try evaluate(branch.test).isTrue { return try execute(branch.body) }
    }
    return try execute(otherwise)
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
