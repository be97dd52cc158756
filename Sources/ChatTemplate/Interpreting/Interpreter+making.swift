extension Interpreter {
  /// The runtime value of the caller's data.
  func value(of data: TemplateValue) throws(ChatTemplateError) -> Value {
    switch data {
    case .null: return .null
    case .boolean(let value): return .boolean(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .string(let text): return .string(text)
    case .array(let elements):
      try descend()
      defer { depth -= 1 }
      var values: [Value] = []
      values.reserveCapacity(elements.count)
      for element in elements { values.append(try value(of: element)) }
      return try list(values)
    case .object(let object):
      try descend()
      defer { depth -= 1 }
      var members: [(name: String, value: Value)] = []
      members.reserveCapacity(object.count)
      for member in object.members { members.append((member.name, try value(of: member.value))) }
      return .dictionary(try dictionary(from: members))
    }
  }

  func list(_ elements: [Value]) throws(ChatTemplateError) -> Value {
    .list(ListValue(elements, depth: try depth(above: elements)))
  }

  func tuple(_ elements: [Value]) throws(ChatTemplateError) -> Value {
    .tuple(ListValue(elements, depth: try depth(above: elements)))
  }

  func iterator(_ elements: [Value]) throws(ChatTemplateError) -> Value {
    .iterator(IteratorValue(elements, depth: try depth(above: elements)))
  }

  func dictionary(from members: [(name: String, value: Value)]) throws(ChatTemplateError) -> DictionaryValue {
    let depth = try depth(above: members.map(\.value))
    return DictionaryValue(
      members.map { (.string($0.name), .string(TextKey($0.name)), $0.value) }, depth: depth)
  }

  func dictionary(of members: [(key: Value, value: Value)]) throws(ChatTemplateError) -> DictionaryValue {
    var hashed: [(key: Value, hash: Key, value: Value)] = []
    hashed.reserveCapacity(members.count)
    for member in members { hashed.append((member.key, try key(member.key), member.value)) }
    let depth = try depth(above: members.map(\.value))
    return DictionaryValue(hashed, depth: depth)
  }

  func key(_ value: Value) throws(ChatTemplateError) -> Key {
    guard let key = Key(value) else { throw invalid("\(value.kind) can't be a key") }
    return key
  }

  /// A string made on the way, checked against the limits.
  func string(_ text: String) throws(ChatTemplateError) -> Value {
    try chargeText(text.utf8.count)
    return .string(text)
  }

  /// The depth of something that holds these values.
  func depth(above elements: [Value]) throws(ChatTemplateError) -> Int {
    try charge(elements.count + 2)
    var depth = 0
    for element in elements { depth = max(depth, element.depth) }
    guard depth < limits.depth else { throw .limit(.depth, maximum: limits.depth, line: line) }
    return depth + 1
  }
}
