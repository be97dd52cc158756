/// A filter, test, function or method of Jinja.
final class Builtin: Sendable {
  typealias Body = @Sendable (Interpreter, Value, BoundArguments) throws(ChatTemplateError) -> Value

  let name: String
  let parameters: [String]
  /// How many of the parameters have no default.
  let required: Int
  /// Whether the body itself takes arguments beyond the parameters.
  let acceptsMore: Bool
  let body: Body

  init(
    _ name: String, _ parameters: [String], required: Int = 0, acceptsMore: Bool = false, _ body: @escaping Body
  ) {
    self.name = name
    self.parameters = parameters
    self.required = required
    self.acceptsMore = acceptsMore
    self.body = body
  }

  convenience init(_ name: String, acceptsMore: Bool = false, _ body: @escaping Body) {
    self.init(name, [], acceptsMore: acceptsMore, body)
  }

  /// Applies the builtin to a value: the filtered or tested one, or the method's owner; null for a function.
  func call(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
  ) throws(ChatTemplateError) -> Value {
    try body(interpreter, value, try bind(arguments, interpreter))
  }

  private func bind(_ arguments: Arguments, _ interpreter: Interpreter) throws(ChatTemplateError) -> BoundArguments {
    var values = [Value?](repeating: nil, count: parameters.count)
    var rest = Arguments()
    for (index, argument) in arguments.positional.enumerated() {
      if index < values.count { values[index] = argument } else { rest.positional.append(argument) }
    }
    for (name, argument) in arguments.named {
      if let index = parameters.firstIndex(of: name) {
        guard values[index] == nil else { throw interpreter.invalid("'\(self.name)' is given '\(name)' twice") }
        values[index] = argument
      } else {
        rest.named.append((name, argument))
      }
    }
    if !acceptsMore, !rest.positional.isEmpty {
      throw interpreter.invalid("'\(name)' takes at most \(parameters.count) arguments")
    }
    if !acceptsMore, let extra = rest.named.first {
      throw interpreter.invalid("'\(name)' has no parameter '\(extra.name)'")
    }
    if let index = values.prefix(required).firstIndex(where: { $0 == nil }) {
      throw interpreter.invalid("'\(name)' needs '\(parameters[index])'")
    }
    return BoundArguments(values: values, rest: rest)
  }

  /// The builtins by name.
  static func table(_ builtins: [Builtin]...) -> [String: Builtin] {
    Dictionary(builtins.joined().map { ($0.name, $0) }) { _, later in later }
  }
}

/// Evaluated arguments, in the order given.
struct Arguments {
  var positional: [Value] = []
  var named: [(name: String, value: Value)] = []
}

/// Evaluated arguments, assigned to parameters.
struct BoundArguments {
  let values: [Value?]
  let rest: Arguments

  /// The argument for a parameter; nil if it was not given.
  subscript(_ index: Int) -> Value? { values.indices.contains(index) ? values[index] : nil }

  /// Whether the argument was given and is true.
  func flag(_ index: Int) -> Bool { self[index]?.isTrue ?? false }
}

extension Builtin {
  /// The filters, by name; each group has its own file.
  static let filters = table(textFilters, numberFilters, sequenceFilters, selectionFilters, orderFilters)

  /// Jinja's other filters, which chat templates do without: an error only when one is reached.
  static let unsupportedFilters: Set<String> = [
    "batch", "center", "filesizeformat", "groupby", "pprint", "random", "slice", "striptags", "urlencode", "urlize",
    "wordwrap", "xmlattr",
  ]
}
