/// The elements of a list or a tuple.
final class ListValue {
  let elements: [Value]
  let depth: Int

  init(_ elements: [Value], depth: Int) {
    self.elements = elements
    self.depth = depth
  }
}

/// What `keys`, `values` and `items` of a mapping give: iterable and countable, without subscripts.
final class ViewValue {
  enum Part: String {
    case keys, values, items
  }

  let dictionary: DictionaryValue
  let part: Part

  init(_ dictionary: DictionaryValue, _ part: Part) {
    self.dictionary = dictionary
    self.part = part
  }
}

/// The integers `start`, `start + step`, … that `range` gives.
struct RangeValue {
  let start: Int
  let stop: Int
  let step: Int
  let count: Int

  subscript(_ index: Int) -> Int { start + index * step }

  var elements: [Int] { (0..<count).map { self[$0] } }
}

/// What lazy filters give: iterable once.
final class IteratorValue {
  private var rest: ArraySlice<Value>
  let depth: Int

  init(_ elements: [Value], depth: Int) {
    rest = elements[...]
    self.depth = depth
  }

  /// The next element, which is then gone.
  func next() -> Value? { rest.popFirst() }

  /// The elements left, which are then gone.
  func takeAll() -> [Value] {
    defer { rest = [] }
    return Array(rest)
  }
}

/// A mutable set of members, the only thing a template can change from inside a loop.
final class NamespaceValue {
  private(set) var members: [(name: String, value: Value)] = []

  subscript(_ name: String) -> Value? {
    get { members.first { sameText($0.name, name) }?.value }
    set {
      guard let newValue else { return }
      if let index = members.firstIndex(where: { sameText($0.name, name) }) {
        members[index].value = newValue
      } else {
        members.append((name, newValue))
      }
    }
  }

  func removeAll() { members = [] }
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

/// A method with the value it was taken from.
final class MethodValue {
  let receiver: Value
  let name: String
  /// Nil for a method of Python's that templates do without.
  let builtin: Builtin?

  init(receiver: Value, name: String, builtin: Builtin?) {
    self.receiver = receiver
    self.name = name
    self.builtin = builtin
  }
}
