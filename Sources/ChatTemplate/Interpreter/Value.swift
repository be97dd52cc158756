/// A value while a template renders: the caller's data, and what only templates make.
///
/// Lists and mappings never change once made, so they are shared, not copied. No payload is larger than a string, since
/// hundreds of values are on the stack when macros call macros.
enum Value {
  case undefined(UndefinedReason)
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  /// A string that `safe` or `escape` has marked: `+` escapes the other operand, as Jinja's `Markup` does.
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
  /// `self`: the template with its blocks.
  case template
}

/// What appending to a text took, in bytes.
struct TextGrowth {
  let length: Int
  /// The whole text where it was copied.
  let made: Int
}

extension String {
  /// Where the text lies; nil for one that is so short that it lies in the value itself.
  fileprivate var storageAddress: UnsafePointer<UInt8>? {
    utf8.count < 16 ? nil : utf8.withContiguousStorageIfAvailable(\.baseAddress) ?? nil
  }
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
  /// The text of a string, marked or not; nil for other values.
  var text: String? {
    switch self {
    case .string(let text), .markup(let text): text
    default: nil
    }
  }

  /// Appends to a string where it lies, if nothing else holds it and there is room, else to a copy; nil for other values.
  mutating func append(_ suffix: String) -> TextGrowth? {
    guard case .string(var text) = self else { return nil }
    self = .null
    let before = text.storageAddress
    text += suffix
    self = .string(text)
    let length = text.utf8.count
    return TextGrowth(length: length, made: text.storageAddress == before ? suffix.utf8.count : length)
  }

  /// The value as a whole number; booleans count as 0 and 1, as in Python. Nil for other values.
  var index: Int? {
    switch self {
    case .integer(let value): value
    case .boolean(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The value as a floating-point number, booleans included as in Python; nil for other values.
  var real: Double? {
    if case .number(let value) = self { return value }
    return index.map(Double.init)
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
    case .template: "the template"
    }
  }

  /// Whether the value counts as true in a condition.
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
    case .iterator, .namespace, .macro, .function, .method, .loop, .template: true
    }
  }

  /// Levels of lists, mappings and values that retain them; a limit on it bounds every recursion over values.
  ///
  /// Namespaces don't count: they change, and the interpreter empties them at the end.
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

/// A macro with the scope it was defined in.
final class MacroValue {
  let definition: MacroDefinition
  let scope: Scope

  init(_ definition: MacroDefinition, scope: Scope) {
    self.definition = definition
    self.scope = scope
  }
}

/// A method, bound to a value.
final class MethodValue {
  let receiver: Value
  let name: String
  /// Nil for a method of Python that templates do without.
  let builtin: Builtin?

  init(receiver: Value, name: String, builtin: Builtin?) {
    self.receiver = receiver
    self.name = name
    self.builtin = builtin
  }
}
