import JSON

/// Runs one rendering of a program.
final class Interpreter {
  private(set) var limits: RenderLimits
  let clock: Clock
  let program: Program
  /// By name, the caller's variables and Jinja's functions.
  private var globals: [Value?] = []
  // What every node touches is not checked for overlapping accesses: each is read or set as a whole, in no closure.
  @exclusivity(unchecked) private var steps = 0
  private var allocations = 0
  private var contextSize = ContextSize()
  @exclusivity(unchecked) var depth = 0
  @exclusivity(unchecked) var line = 1
  @exclusivity(unchecked) var scope = Scope(parent: nil)
  /// The template's own variables.
  let outermostScope: Scope
  /// The text printed so far into the innermost capture, or into the result.
  var output = ""
  /// Scopes and namespaces that may be part of a reference cycle, or of a chain too long to release recursively.
  private var keptScopes: [Scope] = []
  private var keptNamespaces: [NamespaceValue] = []

  /// - Parameter limits: Nil for what the sizes of the template and the data justify.
  init(
    program: Program, context: [String: JSONValue], limits: RenderLimits?, sourceByteCount: Int, clock: Clock
  ) throws(ChatTemplateError) {
    self.program = program
    outermostScope = scope
    self.limits = limits ?? .standard
    self.clock = clock
    for name in program.names.names {
      if let value = context[name] {
        globals.append(try self.value(of: value))
      } else if name == "self" {
        globals.append(.template)
      } else {
        globals.append(Builtin.functions[name].map(Value.function))
      }
    }
    if limits == nil {
      contextSize.bytes += sourceByteCount
      self.limits = .justified(by: contextSize)
    }
  }

  func run() throws(ChatTemplateError) -> String {
    defer {
      outermostScope.removeAll()
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

  /// Records the current scope, which something is about to retain.
  func keepScope() throws(ChatTemplateError) {
    try allot(20)
    if keptScopes.last !== scope { keptScopes.append(scope) }
  }

  func makeNamespace() throws(ChatTemplateError) -> NamespaceValue {
    try allot(20)
    let namespace = NamespaceValue()
    keptNamespaces.append(namespace)
    return namespace
  }
}

/// Limits and errors.
extension Interpreter {
  /// Counts work done.
  func charge(_ count: Int) throws(ChatTemplateError) {
    let (sum, overflows) = steps.addingReportingOverflow(count)
    steps = sum
    guard !overflows, sum <= limits.steps else { throw .limit(.steps, maximum: limits.steps, line: line) }
  }

  /// Counts values, members and pieces of text that rendering made, with the work of making them.
  func allot(_ count: Int) throws(ChatTemplateError) {
    try charge(count)
    try checkAllotment(of: count)
    allocations += count
  }

  /// Refuses what would be more than may be made, before it is made and counted.
  func checkAllotment(of count: Int) throws(ChatTemplateError) {
    guard count <= limits.allocations - allocations else {
      throw .limit(.allocations, maximum: limits.allocations, line: line)
    }
  }

  /// Refuses text that is longer than the output may be.
  func checkSize(_ bytes: Int) throws(ChatTemplateError) {
    guard bytes <= limits.outputBytes else {
      throw .limit(.output, maximum: limits.outputBytes, line: line)
    }
  }

  /// Counts text handled, and refuses text that is longer than the output may be.
  func chargeText(_ bytes: Int) throws(ChatTemplateError) {
    try checkSize(bytes)
    try charge(bytes / 32)
  }

  /// Counts text made, and refuses text that is longer than the output may be.
  func allotText(_ bytes: Int) throws(ChatTemplateError) {
    try checkSize(bytes)
    try allot(bytes / 32)
  }

  /// The text itself, checked against the limits.
  func checked(_ text: String) throws(ChatTemplateError) -> String {
    try allotText(text.utf8.count)
    return text
  }

  /// Goes a level deeper; the caller comes back by subtracting one from `depth`.
  func descend() throws(ChatTemplateError) {
    depth += 1
    guard depth <= limits.depth else { throw .limit(.depth, maximum: limits.depth, line: line) }
  }

  func invalid(_ problem: String) -> ChatTemplateError { .invalid(problem, line: line) }

  func undefined(_ reason: UndefinedReason) -> ChatTemplateError { .undefined(reason.description, line: line) }
}

/// Values, made within the limits.
extension Interpreter {
  /// The runtime value of the caller's data.
  private func value(of data: JSONValue) throws(ChatTemplateError) -> Value {
    contextSize.bytes += 8
    switch data {
    case .null: return .null
    case .bool(let value): return .boolean(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .string(let text):
      contextSize.bytes += text.utf8.count
      return .string(text)
    case .array(let elements):
      try descend()
      defer { depth -= 1 }
      contextSize.longestList = max(contextSize.longestList, elements.count)
      var values: [Value] = []
      values.reserveCapacity(elements.count)
      for element in elements { values.append(try value(of: element)) }
      return try list(values)
    case .object(let object):
      try descend()
      defer { depth -= 1 }
      var members: [(name: String, value: Value)] = []
      members.reserveCapacity(object.count)
      for member in object.members {
        contextSize.bytes += member.name.utf8.count
        members.append((member.name, try value(of: member.value)))
      }
      return .dictionary(try dictionary(from: members, isData: true))
    }
  }

  func list(_ elements: Elements) throws(ChatTemplateError) -> Value {
    .list(ListValue(elements, depth: try depth(above: elements)))
  }

  func list(_ elements: [Value]) throws(ChatTemplateError) -> Value { try list(Elements(elements)) }

  func list(of texts: [String]) throws(ChatTemplateError) -> Value {
    try checkAllotment(of: texts.count)
    return try list(texts.map(Value.string))
  }

  func tuple(_ elements: [Value]) throws(ChatTemplateError) -> Value {
    .tuple(ListValue(Elements(elements), depth: try depth(above: elements)))
  }

  func iterator(_ elements: [Value]) throws(ChatTemplateError) -> Value {
    .iterator(IteratorValue(Elements(elements), depth: try depth(above: elements)))
  }

  /// - Parameter isData: Whether it is part of what the caller gave.
  func dictionary(
    from members: [(name: String, value: Value)], isData: Bool = false
  ) throws(ChatTemplateError) -> DictionaryValue {
    let depth = try depth(above: members.map(\.value))
    return DictionaryValue(
      members.map { (.string($0.name), .string(TextKey($0.name)), $0.value) }, depth: depth,
      isData: isData, id: program.names.existingID)
  }

  func dictionary(of members: [(key: Value, value: Value)]) throws(ChatTemplateError) -> DictionaryValue {
    var hashed: [(key: Value, hash: Key, value: Value)] = []
    hashed.reserveCapacity(members.count)
    for member in members { hashed.append((member.key, try key(member.key), member.value)) }
    let depth = try depth(above: members.map(\.value))
    return DictionaryValue(hashed, depth: depth, id: program.names.existingID)
  }

  func key(_ value: Value) throws(ChatTemplateError) -> Key {
    guard let key = Key(value) else { throw invalid("\(value.kind) can't be a key") }
    return key
  }

  /// A string value, checked against the limits.
  func string(_ text: String) throws(ChatTemplateError) -> Value {
    try allotText(text.utf8.count)
    return .string(text)
  }

  /// The depth of a new collection of these values.
  func depth(above elements: some Collection<Value>) throws(ChatTemplateError) -> Int {
    try allot(elements.count + 2)
    var depth = 0
    for element in elements { depth = max(depth, element.depth) }
    guard depth < limits.depth else { throw .limit(.depth, maximum: limits.depth, line: line) }
    return depth + 1
  }
}

/// The variables of one run of a loop's body, a macro, or another block with its own variables.
final class Scope {
  let parent: Scope?
  @exclusivity(unchecked) private var variables: [(id: NameTable.ID, value: Value)] = []

  init(parent: Scope?) { self.parent = parent }

  /// The variable of the innermost scope that has it, from here outwards.
  func lookup(_ id: NameTable.ID) -> Value? {
    var scope: Scope? = self
    while let here = scope {
      for index in here.variables.indices where here.variables[index].id == id { return here.variables[index].value }
      scope = here.parent
    }
    return nil
  }

  /// Whether the variable is one of this scope itself.
  func holds(_ id: NameTable.ID) -> Bool { variables.contains { $0.id == id } }

  /// Sets the variable in this scope, even if one around it has the same.
  func set(_ id: NameTable.ID, to value: Value) {
    for index in variables.indices where variables[index].id == id {
      variables[index].value = value
      return
    }
    variables.append((id, value))
  }

  /// Appends to a variable of this scope that is a string; nil if there is none.
  func append(_ text: String, to id: NameTable.ID) -> TextGrowth? {
    variables.firstIndex { $0.id == id }.flatMap { variables[$0].value.append(text) }
  }

  func removeAll() { variables.removeAll(keepingCapacity: true) }
}
