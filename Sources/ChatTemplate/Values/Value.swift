/// A value while a template renders: the caller's data, and what only templates make.
///
/// Lists and mappings never change once made, so they are shared, not copied. No payload is larger than a string: values
/// lie on the stack by the hundred where macros call macros.
enum Value {
  case undefined(UndefinedReason)
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  /// A string that `safe` or `escape` has marked: `+` escapes what is joined to it, as Jinja's `Markup` does.
  case markup(String)
  case list(ListValue)
  case tuple(ListValue)
  case dictionary(DictionaryValue)
  case view(ViewValue)
  indirect case range(RangeValue)
  case iterator(IteratorValue)
  case namespace(NamespaceValue)
  case macro(MacroValue)
  case function(Builtin)
  case method(MethodValue)
  case loop(LoopState)
}

/// How an undefined value came about, for the message of its first use.
indirect enum UndefinedReason {
  case variable(String)
  case member(String, of: String)
  case because(String)

  var description: String {
    switch self {
    case .variable(let name): "'\(name)' is undefined"
    case .member(let name, let owner): "\(owner) has no member '\(name)'"
    case .because(let reason): reason
    }
  }
}

extension Value {
  /// The text of a string, marked or not.
  var text: String? {
    switch self {
    case .string(let text), .markup(let text): text
    default: nil
    }
  }

  /// The value where a whole number is needed; booleans count, as in Python.
  var index: Int? {
    switch self {
    case .integer(let value): value
    case .boolean(let value): value ? 1 : 0
    default: nil
    }
  }

  var isUndefined: Bool {
    if case .undefined = self { return true }
    return false
  }

  var isNull: Bool {
    if case .null = self { return true }
    return false
  }

  /// What kind of value this is, for messages.
  var kind: String {
    switch self {
    case .undefined: "an undefined value"
    case .null: "none"
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .number: "a number"
    case .string, .markup: "a string"
    case .list: "a list"
    case .tuple: "a tuple"
    case .dictionary: "a mapping"
    case .view: "a view of a mapping"
    case .range: "a range"
    case .iterator: "an iterator"
    case .namespace: "a namespace"
    case .macro: "a macro"
    case .function: "a function"
    case .method: "a method"
    case .loop: "a loop"
    }
  }

  /// Whether a condition holds on this value.
  var isTrue: Bool {
    switch self {
    case .undefined, .null: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .string(let text), .markup(let text): !text.isEmpty
    case .list(let list), .tuple(let list): !list.elements.isEmpty
    case .dictionary(let dictionary): dictionary.count > 0
    case .view(let view): view.dictionary.count > 0
    case .range(let range): range.count > 0
    case .iterator, .namespace, .macro, .function, .method, .loop: true
    }
  }

  /// Levels of lists, mappings and what holds on to them; a limit on it bounds every recursion over values.
  ///
  /// Namespaces count none: they change, and the interpreter takes them apart at the end.
  var depth: Int {
    switch self {
    case .list(let list), .tuple(let list): list.depth
    case .dictionary(let dictionary): dictionary.depth
    case .view(let view): view.dictionary.depth
    case .iterator(let iterator): iterator.depth
    case .method(let method): method.receiver.depth + 1
    case .loop(let loop): loop.depth
    default: 0
    }
  }
}
