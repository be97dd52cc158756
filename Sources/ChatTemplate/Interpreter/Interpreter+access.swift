/// Members and items.
extension Interpreter {
  /// `value.name`: a method of the value's type if it has one of that name, else a member.
  ///
  /// So `schema.items` is a method of the mapping even if it has a member `items`; `schema['items']` is the member.
  func attribute(_ name: MemberName, of value: Value) throws(ChatTemplateError) -> Value {
    guard case .dictionary(let dictionary) = value else { return try attribute(name.text, of: value) }
    if let entry = name.ofMapping { return method(name.text, entry, of: value) }
    if let member = dictionary[name], !name.isHidden { return member }
    return missing(name.text, value)
  }

  /// `value[name]`, where the name is spelled out.
  func item(_ name: MemberName, of value: Value) throws(ChatTemplateError) -> Value {
    guard case .dictionary(let dictionary) = value else { return try item(.string(name.text), of: value) }
    if let member = dictionary[name] { return member }
    return name.ofMapping.map { method(name.text, $0, of: value) } ?? missing(name.text, value)
  }

  /// As `attribute`, for a name that is only known while rendering.
  func attribute(_ name: String, of value: Value) throws(ChatTemplateError) -> Value {
    switch value {
    case .undefined(let reason): throw undefined(reason)
    case .namespace(let namespace): return namespace[name] ?? missing(name, value)
    case .loop(let loop): return try member(name, of: loop) ?? missing(name, value)
    case .template:
      return program.blocks[name].map { .macro(MacroValue($0, scope: outermostScope)) } ?? missing(name, value)
    case .dictionary(let dictionary):
      if name.utf8.starts(with: "__".utf8) { return missing(name, value) }
      return method(name, of: value) ?? dictionary[name] ?? missing(name, value)
    default: return method(name, of: value) ?? missing(name, value)
    }
  }

  /// `value[key]`: a member if there is one, else, for a name, the value of `value.name`.
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

  /// The place that an index refers to, counted from the end if negative; nil if out of range.
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

  /// A method of the value's type, bound to it; nil if the type has none of that name.
  func method(_ name: String, of value: Value) -> Value? {
    Builtin.methods(of: value)?.entry(name).map { method(name, $0, of: value) }
  }

  private func method(_ name: String, _ entry: MethodTable.Entry, of value: Value) -> Value {
    switch entry {
    case .known(let builtin): method(name, builtin, of: value)
    case .mutating: .undefined(.because("'\(name)' would change \(value.kind), which the sandbox forbids"))
    case .other: method(name, nil, of: value)
    }
  }

  func method(_ name: String, _ builtin: Builtin?, of value: Value) -> Value {
    .method(MethodValue(receiver: value, name: name, builtin: builtin))
  }
}

/// Slices.
extension Interpreter {
  /// A bound of a slice; nil if it is left out or none.
  func bound(_ expression: Expression?) throws(ChatTemplateError) -> Int? {
    guard let expression else { return nil }
    let value = try evaluate(expression)
    if value.isNull { return nil }
    if case .undefined(let reason) = value { throw undefined(reason) }
    guard let index = value.index else { throw invalid("a slice needs whole numbers, not \(value.kind)") }
    return index
  }

  /// `value[start:stop:step]` as in Python: bounds outside the value are moved to its ends.
  func slice(_ value: Value, start: Int?, stop: Int?, step: Int?) throws(ChatTemplateError) -> Value {
    guard step != 0 || value.isUndefined else { throw invalid("the step of a slice can't be 0") }
    switch value {
    case .undefined(let reason): throw undefined(reason)
    case .string(let text): return .string(try slice(text, start, stop, step))
    case .markup(let text): return .markup(try slice(text, start, stop, step))
    case .list(let source):
      return .list(ListValue(try slice(source.elements, start, stop, step), depth: source.depth))
    case .tuple(let source):
      return .tuple(ListValue(try slice(source.elements, start, stop, step), depth: source.depth))
    case .range(let range):
      let places = places(range.count, start, stop, step)
      return .range(
        RangeValue(
          start: range.start &+ places.start &* range.step, stop: range.start &+ places.stop &* range.step,
          step: range.step &* places.step, count: places.count))
    default: throw invalid("\(value.kind) can't be sliced")
    }
  }

  private func slice(
    _ elements: Elements, _ start: Int?, _ stop: Int?, _ step: Int?
  ) throws(ChatTemplateError) -> Elements {
    let places = places(elements.count, start, stop, step)
    if places.step == 1 { return elements.stretch(places.start..<(places.start + places.count)) }
    try allot(places.count)
    return Elements((0..<places.count).map { elements[places[$0]] })
  }

  private func slice(_ text: String, _ start: Int?, _ stop: Int?, _ step: Int?) throws(ChatTemplateError) -> String {
    try allotText(text.utf8.count)
    let scalars = Array(text.unicodeScalars)
    var part = String.UnicodeScalarView()
    let places = places(scalars.count, start, stop, step)
    for index in 0..<places.count { part.append(scalars[places[index]]) }
    return String(part)
  }

  /// The places that a slice selects from `count` elements.
  private func places(_ count: Int, _ start: Int?, _ stop: Int?, _ step: Int?) -> RangeValue {
    let step = min(max(step ?? 1, -count - 1), count + 1)
    let lowest = step > 0 ? 0 : -1
    let highest = step > 0 ? count : count - 1
    func clamped(_ bound: Int?, _ fallback: Int) -> Int {
      guard let bound else { return fallback }
      return min(max(bound < 0 ? bound + count : bound, lowest), highest)
    }
    let first = clamped(start, step > 0 ? lowest : highest)
    let end = clamped(stop, step > 0 ? highest : lowest)
    let distance = step > 0 ? end - first : first - end
    let taken = distance <= 0 ? 0 : (distance - 1) / abs(step) + 1
    return RangeValue(start: first, stop: end, step: step, count: taken)
  }
}

/// Iteration and length.
extension Interpreter {
  /// The elements that iteration visits: characters, elements, keys or pairs.
  func elements(of value: Value) throws(ChatTemplateError) -> Elements {
    switch value {
    case .undefined: return Elements([])
    case .string(let text), .markup(let text):
      try allot(text.utf8.count)
      return Elements(text.unicodeScalars.map { .string(String($0)) })
    case .list(let list), .tuple(let list): return list.elements
    case .dictionary(let dictionary): return Elements(dictionary.keys)
    case .view(let view):
      switch view.part {
      case .keys: return Elements(view.dictionary.keys)
      case .values: return Elements(view.dictionary.values)
      case .items: return Elements(try pairs(of: view.dictionary))
      }
    case .range(let range):
      try charge(range.count)
      return Elements(range)
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

  /// The number of elements.
  ///
  /// - Throws: `invalid` for a value without a length.
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
}
