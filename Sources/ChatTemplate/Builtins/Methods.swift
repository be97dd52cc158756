/// The methods of one type of value.
struct MethodTable: Sendable {
  let known: [String: Builtin]
  /// Methods that would change their owner: undefined, as in Jinja's immutable sandbox.
  var mutating: Set<String> = []
  /// Python's other methods: defined, but an error when called.
  var other: Set<String> = []

  /// What the table has of a name.
  enum Entry: Sendable {
    case known(Builtin)
    case mutating
    case other
  }

  /// What the table has of that name; nil if nothing.
  func entry(_ name: String) -> Entry? {
    if let builtin = known[name] { return .known(builtin) }
    if mutating.contains(name) { return .mutating }
    return other.contains(name) ? .other : nil
  }
}

extension Builtin {
  /// The methods of a value's type; nil if it has none.
  static func methods(of value: Value) -> MethodTable? {
    switch value {
    case .string, .markup: stringMethods
    case .list: listMethods
    case .tuple: tupleMethods
    case .dictionary: dictionaryMethods
    default: nil
    }
  }

  private static let listMethods = MethodTable(
    known: table([
      Builtin("index", ["value"], required: 1, place), Builtin("count", ["value"], required: 1, count),
      Builtin("copy") { _, value, _ throws(ChatTemplateError) in value },
    ]),
    mutating: ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"])

  private static let tupleMethods = MethodTable(
    known: table([
      Builtin("index", ["value"], required: 1, place), Builtin("count", ["value"], required: 1, count),
    ]))

  static let dictionaryMethods = MethodTable(
    known: table([
      Builtin("items", view(.items)), Builtin("keys", view(.keys)), Builtin("values", view(.values)),
      Builtin("get", ["key", "default"], required: 1, get),
      Builtin("copy") { _, value, _ throws(ChatTemplateError) in value },
    ]),
    mutating: ["clear", "pop", "popitem", "setdefault", "update"], other: ["fromkeys"])

  /// The methods of `loop`.
  static let loopMethods = table([
    Builtin("cycle", acceptsMore: true, cycle), Builtin("changed", acceptsMore: true, changed),
  ])

  private static func view(_ part: ViewValue.Part) -> Body {
    { interpreter, value, _ throws(ChatTemplateError) in
      guard case .dictionary(let dictionary) = value else { throw interpreter.invalid("not a mapping") }
      return .view(ViewValue(dictionary, part))
    }
  }

  private static let get: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    guard case .dictionary(let dictionary) = value else { throw interpreter.invalid("not a mapping") }
    return dictionary[try interpreter.key(arguments[0] ?? .null)] ?? arguments[1] ?? .null
  }

  private static let place: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    for (index, element) in try interpreter.elements(of: value).enumerated() {
      if try interpreter.areEqual(element, arguments[0] ?? .null) { return .integer(index) }
    }
    throw interpreter.invalid("the value is not in \(value.kind)")
  }

  private static let count: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    var count = 0
    for element in try interpreter.elements(of: value) {
      if try interpreter.areEqual(element, arguments[0] ?? .null) { count += 1 }
    }
    return .integer(count)
  }

  private static let cycle: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    guard case .loop(let loop) = value, !arguments.rest.positional.isEmpty else {
      throw interpreter.invalid("'loop.cycle' needs values")
    }
    return arguments.rest.positional[max(loop.index, 0) % arguments.rest.positional.count]
  }

  private static let changed: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    guard case .loop(let loop) = value else { throw interpreter.invalid("not a loop") }
    let values = try interpreter.tuple(arguments.rest.positional)
    if let last = loop.changedValue, try interpreter.areEqual(last, values) { return .boolean(false) }
    // The loop itself is deeper than its elements: it must not hold itself, nor more levels than it counts for.
    guard values.depth <= loop.depth else { throw interpreter.invalid("'loop.changed' compares elements only") }
    loop.changedValue = values
    return .boolean(true)
  }
}
