/// What iteration visits, in order: a stretch of stored values, or integers that are made as they are visited.
///
/// A slice shares what it is cut from, so `messages[1:]` costs the same for any number of messages.
struct Elements: RandomAccessCollection {
  private enum Source {
    case stored([Value], from: Int)
    case integers(RangeValue)
  }

  private let source: Source
  let count: Int

  init(_ values: [Value]) {
    source = .stored(values, from: 0)
    count = values.count
  }

  init(_ range: RangeValue) {
    source = .integers(range)
    count = range.count
  }

  private init(source: Source, count: Int) {
    self.source = source
    self.count = count
  }

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  subscript(index: Int) -> Value {
    switch source {
    case .stored(let values, let start): values[start + index]
    case .integers(let range): .integer(range[index])
    }
  }

  /// The elements at the given places, which follow each other.
  ///
  /// - Complexity: O(1).
  func stretch(_ places: Range<Int>) -> Elements {
    switch source {
    case .stored(let values, let start):
      Elements(source: .stored(values, from: start + places.lowerBound), count: places.count)
    case .integers(let range):
      Elements(
        RangeValue(
          start: range.start &+ places.lowerBound &* range.step, stop: range.start &+ places.upperBound &* range.step,
          step: range.step, count: places.count))
    }
  }
}

/// The elements of a list or a tuple.
final class ListValue {
  let elements: Elements
  let depth: Int

  init(_ elements: Elements, depth: Int) {
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
}

/// The result of a lazy filter: iterable once.
final class IteratorValue {
  private var rest: Elements
  let depth: Int

  init(_ elements: Elements, depth: Int) {
    rest = elements
    self.depth = depth
  }

  /// Removes and returns the next element.
  func next() -> Value? {
    guard let next = rest.first else { return nil }
    rest = rest.stretch(1..<rest.count)
    return next
  }

  /// Removes and returns the remaining elements.
  func takeAll() -> Elements {
    defer { rest = Elements([]) }
    return rest
  }
}

/// A set of members that can change: the only way for a template to carry a value out of a loop.
final class NamespaceValue {
  private(set) var members: [(name: String, value: Value)] = []
  /// How often a member was set.
  private(set) var changes = 0

  subscript(_ name: String) -> Value? {
    get { members.first { sameText($0.name, name) }?.value }
    set {
      guard let newValue else { return }
      changes += 1
      if let index = members.firstIndex(where: { sameText($0.name, name) }) {
        members[index].value = newValue
      } else {
        members.append((name, newValue))
      }
    }
  }

  /// Appends to a member that is a string; nil if it is none.
  func append(_ text: String, to name: String) -> TextGrowth? {
    guard let index = members.firstIndex(where: { sameText($0.name, name) }) else { return nil }
    changes += 1
    return members[index].value.append(text)
  }

  func removeAll() { members = [] }
}

/// A mapping, in the order in which its keys were first given.
final class DictionaryValue {
  /// The largest mapping that is searched from its beginning, which is faster than hashing there.
  private static let largestScan = 16

  /// The keys as given: `true` and `1` are one key, shown as the first that was given.
  let keys: [Value]
  let values: [Value]
  let depth: Int
  /// The numbers of the keys that the template spells out itself, for a search that compares integers; -1 for others.
  private let ids: [Int32]
  /// Empty for a mapping that is searched from its beginning.
  private let places: [Key: Int]
  /// Whether it came from the caller, so that nothing in it changes.
  let isData: Bool
  /// By the number of the test; empty before the first.
  @exclusivity(unchecked) private var answers: [Answer] = []

  private enum Answer: UInt8 {
    case unknown, no, yes
  }

  var count: Int { keys.count }

  /// - Parameter id: The number of a key's text in the template's name table; nil if the template does not spell it out.
  init(
    _ members: [(key: Value, hash: Key, value: Value)], depth: Int, isData: Bool = false, id: (String) -> NameTable.ID?
  ) {
    self.isData = isData
    var keys: [Value] = []
    var hashes: [Key] = []
    var values: [Value] = []
    var places: [Key: Int] = [:]
    let isSmall = members.count <= Self.largestScan
    keys.reserveCapacity(members.count)
    values.reserveCapacity(members.count)
    if !isSmall { places.reserveCapacity(members.count) }
    for member in members {
      if let place = isSmall ? hashes.firstIndex(of: member.hash) : places[member.hash] {
        values[place] = member.value
        continue
      }
      if isSmall { hashes.append(member.hash) } else { places[member.hash] = keys.count }
      keys.append(member.key)
      values.append(member.value)
    }
    self.keys = keys
    self.values = values
    self.places = places
    self.depth = depth
    ids = keys.map { key in key.text.flatMap(id).map(Int32.init) ?? -1 }
  }

  subscript(_ key: Key) -> Value? {
    if count > Self.largestScan { return places[key].map { values[$0] } }
    for (index, candidate) in keys.enumerated() where Key(candidate) == key { return values[index] }
    return nil
  }

  subscript(_ text: String) -> Value? {
    if count > Self.largestScan { return self[Key.string(TextKey(text))] }
    for (index, candidate) in keys.enumerated() {
      if let candidate = candidate.text, sameText(candidate, text) { return values[index] }
    }
    return nil
  }

  var hasAnswers: Bool { !answers.isEmpty }

  /// What the test said of this mapping before; nil if it was not asked.
  func answer(to test: SoleTest) -> Bool? {
    guard answers.indices.contains(test.number) else { return nil }
    switch answers[test.number] {
    case .unknown: return nil
    case .no: return false
    case .yes: return true
    }
  }

  /// - Parameter count: How many such tests the template has.
  func remember(_ answer: Bool, to test: SoleTest, of count: Int) {
    if answers.isEmpty { answers = [Answer](repeating: .unknown, count: count) }
    answers[test.number] = answer ? .yes : .no
  }

  /// The member that a name in the template refers to.
  subscript(_ name: MemberName) -> Value? {
    if count > Self.largestScan { return self[name.text] }
    let id = Int32(truncatingIfNeeded: name.id)
    for index in ids.indices where ids[index] == id { return values[index] }
    return nil
  }
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
