/// The members of a mapping that a template can read, in the order they were given.
///
/// Order is part of the value for a reader: templates print tool definitions in it. Equality ignores it, as in Jinja.
public struct TemplateObject: Sendable {
  /// One name and its value.
  public struct Member: Sendable, Hashable {
    public var name: String
    public var value: TemplateValue

    public init(name: String, value: TemplateValue) {
      self.name = name
      self.value = value
    }
  }

  /// The members, in order, names unique.
  public private(set) var members: [Member]

  /// An object without members.
  public init() { members = [] }

  /// The given members; a later one replaces an earlier one of the same name in place.
  ///
  /// - Complexity: O(*n*).
  public init(_ members: [(String, TemplateValue)]) {
    var places: [TextKey: Int] = [:]
    self.members = []
    self.members.reserveCapacity(members.count)
    for (name, value) in members {
      if let place = places[TextKey(name)] {
        self.members[place].value = value
      } else {
        places[TextKey(name)] = self.members.count
        self.members.append(Member(name: name, value: value))
      }
    }
  }

  public var count: Int { members.count }
  public var isEmpty: Bool { members.isEmpty }

  /// The value of that name; setting appends or replaces in place, setting nil removes.
  ///
  /// - Complexity: O(*n*) in the number of members.
  public subscript(_ name: String) -> TemplateValue? {
    get { members.first { sameText($0.name, name) }?.value }
    set {
      switch (members.firstIndex { sameText($0.name, name) }, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }
}

extension TemplateObject: Hashable {
  public static func == (left: TemplateObject, right: TemplateObject) -> Bool {
    guard left.count == right.count else { return false }
    let values = Dictionary(uniqueKeysWithValues: right.members.map { (TextKey($0.name), $0.value) })
    return left.members.allSatisfy { values[TextKey($0.name)] == $0.value }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(members.count)
    hasher.combine(members.reduce(0) { $0 ^ $1.hashValue })
  }
}
