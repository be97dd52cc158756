extension Builtin {
  /// The tests of `is` and of the selecting filters, by name.
  static let tests: [String: Builtin] = {
    let tests = [
      test("defined") { !$0.isUndefined }, test("undefined") { $0.isUndefined }, test("none") { $0.isNull },
      test("boolean") { if case .boolean = $0 { true } else { false } },
      test("true") { if case .boolean(true) = $0 { true } else { false } },
      test("false") { if case .boolean(false) = $0 { true } else { false } },
      test("integer") { if case .integer = $0 { true } else { false } },
      test("float") { if case .number = $0 { true } else { false } },
      test("number") { $0.real != nil }, test("string") { $0.text != nil },
      test("mapping") { if case .dictionary = $0 { true } else { false } },
      test("sequence", isSequence), test("iterable", isIterable), test("callable", isCallable),
      test("escaped") { if case .markup = $0 { true } else { false } },
      Builtin("lower", isLower), Builtin("upper", isUpper), Builtin("odd", isOdd), Builtin("even", isEven),
      Builtin("divisibleby", ["num"], required: 1, isDivisible), Builtin("sameas", ["other"], required: 1, isSame),
      Builtin("in", ["seq"], required: 1, isIn), Builtin("filter", isFilter), Builtin("test", isTest),
    ]
    return table(tests, comparisons)
  }()

  private static let comparisons: [Builtin] = [
    (["==", "eq", "equalto"], Comparison.equal), (["!=", "ne"], .notEqual), (["<", "lt", "lessthan"], .less),
    (["<=", "le"], .lessOrEqual), ([">", "gt", "greaterthan"], .greater), ([">=", "ge"], .greaterOrEqual),
  ].flatMap { names, comparison in
    names.map { name in
      Builtin(name, ["other"], required: 1) { interpreter, value, arguments throws(ChatTemplateError) in
        .boolean(try interpreter.holds(comparison, value, arguments[0] ?? .null))
      }
    }
  }

  private static func test(_ name: String, _ holds: @escaping @Sendable (Value) -> Bool) -> Builtin {
    Builtin(name) { _, value, _ throws(ChatTemplateError) in .boolean(holds(value)) }
  }

  /// Whether a value has a length and subscripts, as mappings and undefined values also do.
  private static let isSequence: @Sendable (Value) -> Bool = {
    switch $0 {
    case .undefined, .string, .markup, .list, .tuple, .dictionary, .range: true
    default: false
    }
  }

  private static let isIterable: @Sendable (Value) -> Bool = {
    switch $0 {
    case .view, .iterator, .loop, .template: true
    default: isSequence($0)
    }
  }

  private static let isCallable: @Sendable (Value) -> Bool = {
    switch $0 {
    case .undefined, .macro, .function, .method, .loop: true
    default: false
    }
  }

  private static let isLower: Body = { interpreter, value, _ throws(ChatTemplateError) in
    .boolean(PythonText.isLowercase(try interpreter.display(value)))
  }

  private static let isUpper: Body = { interpreter, value, _ throws(ChatTemplateError) in
    .boolean(PythonText.isUppercase(try interpreter.display(value)))
  }

  private static let isOdd: Body = { interpreter, value, _ throws(ChatTemplateError) in
    .boolean(try interpreter.areEqual(try interpreter.apply(.modulo, value, .integer(2)), .integer(1)))
  }

  private static let isEven: Body = { interpreter, value, _ throws(ChatTemplateError) in
    .boolean(try interpreter.areEqual(try interpreter.apply(.modulo, value, .integer(2)), .integer(0)))
  }

  private static let isDivisible: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    let remainder = try interpreter.apply(.modulo, value, arguments[0] ?? .null)
    return .boolean(try interpreter.areEqual(remainder, .integer(0)))
  }

  private static let isSame: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    switch (value, arguments[0] ?? .null) {
    case (.boolean(let left), .boolean(let right)): return .boolean(left == right)
    case (.integer(let left), .integer(let right)): return .boolean(left == right)
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)): return .boolean(left === right)
    case (.dictionary(let left), .dictionary(let right)): return .boolean(left === right)
    case (.boolean, _), (_, .boolean), (.integer, .number), (.number, .integer): return .boolean(false)
    case (let left, let right): return .boolean(try interpreter.areEqual(left, right))
    }
  }

  private static let isIn: Body = { interpreter, value, arguments throws(ChatTemplateError) in
    .boolean(try interpreter.contains(arguments[0] ?? .null, value))
  }

  private static let isFilter: Body = { _, value, _ throws(ChatTemplateError) in
    .boolean(value.text.map { filters[$0] != nil } ?? false)
  }

  private static let isTest: Body = { _, value, _ throws(ChatTemplateError) in
    .boolean(value.text.map { tests[$0] != nil } ?? false)
  }
}
