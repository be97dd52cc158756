extension Interpreter {
  /// `value.name`: a method of the value's type if it has one of that name, else a member.
  ///
  /// So `schema.items` is a method of the mapping even where it has a member `items`; `schema['items']` is the member.
  func attribute(_ name: String, of value: Value) throws(ChatTemplateError) -> Value {
    switch value {
    case .undefined(let reason): throw undefined(reason)
    case .namespace(let namespace): return namespace[name] ?? missing(name, value)
    case .loop(let loop): return try member(name, of: loop) ?? missing(name, value)
    case .dictionary(let dictionary):
      if name.utf8.starts(with: "__".utf8) { return missing(name, value) }
      return method(name, of: value) ?? dictionary[name] ?? missing(name, value)
    default: return method(name, of: value) ?? missing(name, value)
    }
  }

  /// `value[key]`: a member if there is one, else, for a name, what `value.name` gives.
  func item(_ key: Value, of value: Value) throws(ChatTemplateError) -> Value {
    switch value {
    case .undefined(let reason): throw undefined(reason)
    case .dictionary(let dictionary):
      if let key = Key(key), let member = dictionary[key] { return member }
    case .list(let list), .tuple(let list):
      if let index = key.index, let place = place(index, of: list.elements.count) { return list.elements[place] }
    case .range(let range):
      if let index = key.index, let place = place(index, of: range.count) { return .integer(range[place]) }
    case .string(let text), .markup(let text):
      if let index = key.index { return try character(index, of: text) ?? missing(String(index), value) }
    default: break
    }
    guard let name = key.text else { return missing(try display(key), value) }
    if case .dictionary = value { return method(name, of: value) ?? missing(name, value) }
    return try attribute(name, of: value)
  }

  /// The place that an index means, which counts from the end if negative.
  private func place(_ index: Int, of count: Int) -> Int? {
    let place = index < 0 ? index + count : index
    return (0..<count).contains(place) ? place : nil
  }

  private func character(_ index: Int, of text: String) throws(ChatTemplateError) -> Value? {
    let scalars = text.unicodeScalars
    try charge(text.utf8.count / 32)
    let bounds = (scalars.startIndex, scalars.endIndex)
    let found =
      index >= 0
      ? scalars.index(bounds.0, offsetBy: index, limitedBy: bounds.1)
      : scalars.index(bounds.1, offsetBy: index, limitedBy: bounds.0)
    guard let found, found < bounds.1 else { return nil }
    return .string(String(scalars[found]))
  }

  func missing(_ name: String, _ owner: Value) -> Value { .undefined(.member(name, of: owner.kind)) }

  /// A method of the value's type, bound to it.
  func method(_ name: String, of value: Value) -> Value? {
    guard let methods = Builtin.methods(of: value) else { return nil }
    if let builtin = methods.known[name] { return method(name, builtin, of: value) }
    if methods.mutating.contains(name) {
      return .undefined(.because("'\(name)' would change \(value.kind), which the sandbox forbids"))
    }
    return methods.other.contains(name) ? method(name, nil, of: value) : nil
  }

  func method(_ name: String, _ builtin: Builtin?, of value: Value) -> Value {
    .method(MethodValue(receiver: value, name: name, builtin: builtin))
  }
}
