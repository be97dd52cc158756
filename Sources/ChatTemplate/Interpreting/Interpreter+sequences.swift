extension Interpreter {
  /// What iterating gives: characters, elements, keys or pairs.
  func elements(of value: Value) throws(ChatTemplateError) -> [Value] {
    switch value {
    case .undefined: return []
    case .string(let text), .markup(let text):
      try charge(text.utf8.count)
      return text.unicodeScalars.map { .string(String($0)) }
    case .list(let list), .tuple(let list): return list.elements
    case .dictionary(let dictionary): return dictionary.keys
    case .view(let view):
      switch view.part {
      case .keys: return view.dictionary.keys
      case .values: return view.dictionary.values
      case .items: return try pairs(of: view.dictionary)
      }
    case .range(let range):
      try charge(range.count)
      return range.elements.map(Value.integer)
    case .iterator(let iterator): return iterator.takeAll()
    default: throw invalid("can't iterate over \(value.kind)")
    }
  }

  /// Keys with their values, as tuples.
  func pairs(of dictionary: DictionaryValue) throws(ChatTemplateError) -> [Value] {
    var pairs: [Value] = []
    pairs.reserveCapacity(dictionary.count)
    for (key, value) in zip(dictionary.keys, dictionary.values) { pairs.append(try tuple([key, value])) }
    return pairs
  }

  /// How many elements there are; an error for what has no length.
  func length(of value: Value) throws(ChatTemplateError) -> Int {
    switch value {
    case .undefined: return 0
    case .string(let text), .markup(let text):
      try charge(text.utf8.count / 32)
      return text.unicodeScalars.count
    case .list(let list), .tuple(let list): return list.elements.count
    case .dictionary(let dictionary): return dictionary.count
    case .view(let view): return view.dictionary.count
    case .range(let range): return range.count
    case .loop(let loop): return try length(of: loop)
    default: throw invalid("\(value.kind) has no length")
    }
  }

  /// Assigns an element to a target, taking tuples apart.
  func assign(_ value: Value, to target: Target) throws(ChatTemplateError) {
    switch target {
    case .variable(let id): scope.set(id, to: value)
    case .member(let id, let member):
      guard case .namespace(let namespace) = variable(id) else {
        throw invalid("'\(name(of: id))' is no namespace, so its member '\(member)' can't be set")
      }
      try checkMemberName(member)
      namespace[member] = value
    case .tuple(let targets):
      let values = try elements(of: value)
      guard values.count == targets.count else {
        throw invalid("can't take \(values.count) values apart into \(targets.count)")
      }
      for (target, value) in zip(targets, values) { try assign(value, to: target) }
    }
  }

  /// Refuses members that begin with an underscore, as transformers does.
  func checkMemberName(_ name: String) throws(ChatTemplateError) {
    guard !name.hasPrefix("_") else { throw invalid("a namespace can't have the member '\(name)'") }
  }
}
