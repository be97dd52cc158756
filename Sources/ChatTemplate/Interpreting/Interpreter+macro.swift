extension Interpreter {
  /// Runs a macro: what it prints is its value.
  func call(_ macro: MacroValue, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
    try descend()
    defer { depth -= 1 }
    let callLine = line
    let inner = try bind(arguments, to: macro)
    let (text, _) = try capture(macro.definition.body, in: inner)
    line = callLine
    return .string(text)
  }

  func executeCall(
    _ callee: Expression, _ arguments: CallArguments, body: MacroDefinition, line: Int
  ) throws(ChatTemplateError) {
    self.line = line
    let callee = try evaluate(callee)
    var arguments = try evaluate(arguments)
    arguments.named.append(("caller", .macro(try makeMacro(body))))
    try print(try display(try call(callee, arguments)))
  }

  /// A scope with the macro's parameters; defaults are evaluated in it, so that one may use those before it.
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
