/// A filter, test, function or method of Jinja's.
final class Builtin: Sendable {
  typealias Body = @Sendable (Interpreter, Value, BoundArguments) throws(ChatTemplateError) -> Value

  let name: String
  let parameters: [String]
  /// How many of the parameters have no default.
  let required: Int
  /// Whether arguments beyond the parameters are the body's business.
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

  /// Applies it to a value: what is filtered or tested, or the method's owner; for a function, null.
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

  static func table(_ builtins: [Builtin]...) -> [String: Builtin] {
    Dictionary(builtins.joined().map { ($0.name, $0) }) { _, later in later }
  }
}

/// Evaluated arguments, as given.
struct Arguments {
  var positional: [Value] = []
  var named: [(name: String, value: Value)] = []
}

/// Evaluated arguments by parameter.
struct BoundArguments {
  let values: [Value?]
  let rest: Arguments

  /// The argument for a parameter; nil where it was not given.
  subscript(_ index: Int) -> Value? { values.indices.contains(index) ? values[index] : nil }

  /// Whether a flag was given and is true.
  func flag(_ index: Int) -> Bool { self[index]?.isTrue ?? false }
}
