extension Builtin {
  static let orderFilters: [Builtin] = [
    Builtin("sort", ["reverse", "case_sensitive", "attribute"], sort),
    Builtin("dictsort", ["case_sensitive", "by", "reverse"], sortDictionary),
    Builtin("unique", ["case_sensitive", "attribute"], unique),
    Builtin("min", ["case_sensitive", "attribute"], extreme(order: { ($1, $0) })),
    Builtin("max", ["case_sensitive", "attribute"], extreme(order: { ($0, $1) })),
  ]

  private static let sort: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let paths = try interpreter.paths(arguments[2])
    var keyed: [(key: Value, element: Value)] = []
    for element in try interpreter.elements(of: value) {
      var keys: [Value] = []
      for path in paths {
        let key = try interpreter.follow(path, from: element)
        keys.append(interpreter.folded(key, unless: arguments.flag(1)))
      }
      keyed.append((try interpreter.list(keys), element))
    }
    try interpreter.sort(&keyed, reverse: try interpreter.isSet(arguments[0]))
    return try interpreter.list(keyed.map(\.element))
  }

  private static let sortDictionary: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    guard case .dictionary(let dictionary) = value else {
      throw interpreter.invalid("\(value.kind) can't be sorted as a mapping")
    }
    let by = try interpreter.display(arguments[1] ?? .string("key"))
    guard by == "key" || by == "value" else { throw interpreter.invalid("a mapping sorts by 'key' or 'value'") }
    let keys = by == "key" ? dictionary.keys : dictionary.values
    var keyed: [(key: Value, element: Value)] = []
    for (key, pair) in zip(keys, try interpreter.pairs(of: dictionary)) {
      keyed.append((interpreter.folded(key, unless: arguments.flag(0)), pair))
    }
    try interpreter.sort(&keyed, reverse: try interpreter.isSet(arguments[2]))
    return try interpreter.list(keyed.map(\.element))
  }

  private static let unique: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let path = try interpreter.path(arguments[1])
    var seen: Set<Key> = []
    var kept: [Value] = []
    for element in try interpreter.elements(of: value) {
      let key = interpreter.folded(try interpreter.follow(path, from: element), unless: arguments.flag(0))
      if seen.insert(try interpreter.key(key)).inserted { kept.append(element) }
    }
    return try interpreter.iterator(kept)
  }

  /// The first element than which no other is better; `order` puts best and candidate into the order that makes the
  /// candidate better if it holds.
  private static func extreme(order: @escaping @Sendable (Value, Value) -> (Value, Value)) -> Body {
    { interpreter, value, arguments throws(ChatTemplateError) in
      let path = try interpreter.path(arguments[1])
      var best: (key: Value, element: Value)?
      for element in try interpreter.elements(of: value) {
        let key = interpreter.folded(try interpreter.follow(path, from: element), unless: arguments.flag(0))
        if let (bestKey, _) = best {
          let (left, right) = order(bestKey, key)
          guard try interpreter.precedes(left, right) else { continue }
        }
        best = (key, element)
      }
      return best?.element ?? .undefined(.because("an empty sequence has no smallest or largest element"))
    }
  }
}

extension Interpreter {
  /// Strings in lower case, for orders that ignore it.
  fileprivate func folded(_ value: Value, unless isCaseSensitive: Bool) -> Value {
    guard !isCaseSensitive, let text = value.text else { return value }
    return .string(PythonText.lowercased(text))
  }

  /// The paths of an attribute argument that may list several, separated by commas.
  fileprivate func paths(_ attribute: Value?) throws(ChatTemplateError) -> [[Value]] {
    guard let text = attribute?.text else { return [try path(attribute)] }
    var paths: [[Value]] = []
    for part in PythonText.split(text, at: ",", limit: nil) { paths.append(try path(.string(part))) }
    return paths
  }

  /// Merge sort by key; equal keys keep their order in either direction.
  fileprivate func sort(_ elements: inout [(key: Value, element: Value)], reverse: Bool) throws(ChatTemplateError) {
    var width = 1
    while width < elements.count {
      var merged: [(key: Value, element: Value)] = []
      merged.reserveCapacity(elements.count)
      for start in stride(from: 0, to: elements.count, by: 2 * width) {
        let middle = min(start + width, elements.count)
        let end = min(start + 2 * width, elements.count)
        var (left, right) = (start, middle)
        while left < middle, right < end {
          let (first, second) = (elements[left].key, elements[right].key)
          let takesRight = reverse ? try precedes(first, second) : try precedes(second, first)
          merged.append(elements[takesRight ? right : left])
          if takesRight { right += 1 } else { left += 1 }
        }
        merged += elements[left..<middle]
        merged += elements[right..<end]
      }
      elements = merged
      width *= 2
    }
  }
}
