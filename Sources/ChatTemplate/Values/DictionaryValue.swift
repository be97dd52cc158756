/// A mapping in the order its keys were first given.
final class DictionaryValue {
  /// As given: `true` and `1` are one key, and the first given is the one shown.
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

/// What a mapping looks up and `unique` remembers: a value without lists or mappings in it.
enum Key: Hashable {
  case null
  case undefined
  case integer(Int)
  case number(Double)
  case string(TextKey)
  case tuple([Key])

  /// The key of a value; nil for one that Python can't hash.
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
