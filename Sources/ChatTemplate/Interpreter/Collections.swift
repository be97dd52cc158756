/// The elements of a list or a tuple.
final class ListValue {
  let elements: [Value]
  let depth: Int

  init(_ elements: [Value], depth: Int) {
    self.elements = elements
    self.depth = depth
  }
}

/// The result of `keys`, `values` or `items` of a mapping: iterable and countable, without subscripts.
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

/// The integers `start`, `start + step`, … that `range` returns.
struct RangeValue {
  let start: Int
  let stop: Int
  let step: Int
  let count: Int

  subscript(_ index: Int) -> Int { start + index * step }

  var elements: [Int] { (0..<count).map { self[$0] } }
}

/// The result of a lazy filter: iterable once.
final class IteratorValue {
  private var rest: ArraySlice<Value>
  let depth: Int

  init(_ elements: [Value], depth: Int) {
    rest = elements[...]
    self.depth = depth
  }

  /// Removes and returns the next element.
  func next() -> Value? { rest.popFirst() }

  /// Removes and returns the remaining elements.
  func takeAll() -> [Value] {
    defer { rest = [] }
    return Array(rest)
  }
}

/// A set of members that can change: the only way for a template to carry a value out of a loop.
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

/// A mapping, in the order in which its keys were first given.
final class DictionaryValue {
  /// The keys as given: `true` and `1` are one key, shown as the first that was given.
  let keys: [Value]
  let values: [Value]
  let depth: Int
  private let places: [Key: Int]

  var count: Int { keys.count }

  init(_ members: [(key: Value, hash: Key, value: Value)], depth: Int) {
    var keys: [Value] = []
    var values: [Value] = []
    var places: [Key: Int] = [:]
    keys.reserveCapacity(members.count)
    values.reserveCapacity(members.count)
    places.reserveCapacity(members.count)
    for member in members {
      if let place = places[member.hash] {
        values[place] = member.value
      } else {
        places[member.hash] = keys.count
        keys.append(member.key)
        values.append(member.value)
      }
    }
    self.keys = keys
    self.values = values
    self.places = places
    self.depth = depth
  }

  subscript(_ key: Key) -> Value? { places[key].map { values[$0] } }

  subscript(_ name: String) -> Value? { self[Key.string(TextKey(name))] }
}

/// A hashable value, without lists or mappings in it: what a mapping looks up and `unique` records.
enum Key: Hashable {
  case null
  case undefined
  case integer(Int)
  case number(Double)
  case string(TextKey)
  case tuple([Key])

  /// The key of a value; nil if Python can't hash it.
  ///
  /// Equal numbers are one key whatever their type, and booleans are the numbers 0 and 1.
  init?(_ value: Value) {
    switch value {
    case .null: self = .null
    case .undefined: self = .undefined
    case .boolean(let value): self = .integer(value ? 1 : 0)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = Int(exactly: value).map(Key.integer) ?? .number(value)
    case .string(let text), .markup(let text): self = .string(TextKey(text))
    case .tuple(let tuple):
      var keys: [Key] = []
      for element in tuple.elements {
        guard let key = Key(element) else { return nil }
        keys.append(key)
      }
      self = .tuple(keys)
    default: return nil
    }
  }
}
