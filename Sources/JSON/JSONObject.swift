/// The members of a JSON object, in the order they were written.
public struct JSONObject: Sendable {
  /// One name and its value.
  public struct Member: Sendable, Equatable {
    public var name: String
    public var value: JSONValue

    public init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// The members, in order, names unique.
  public private(set) var members: [Member]

  /// An empty object.
  public init() { members = [] }

  /// The given members; a later one replaces an earlier one of the same name in place.
  public init(_ members: [(String, JSONValue)]) {
    self.members = []
    for (name, value) in members { self[name] = value }
  }

  /// Trusts the caller that no name occurs twice.
  init(uniqueMembers members: [Member]) { self.members = members }

  /// The names, in order.
  public var names: [String] { members.map(\.name) }

  public var isEmpty: Bool { members.isEmpty }
  public var count: Int { members.count }

  /// The value of that name; setting appends or replaces in place, setting nil removes.
  ///
  /// - Complexity: O(*n*) in the number of members: for large objects build a dictionary from `members`.
  public subscript(_ name: String) -> JSONValue? {
    get { members.first { $0.name == name }?.value }
    set {
      switch (members.firstIndex { $0.name == name }, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }
}

/// Two objects are equal where they have the same members, in whatever order (RFC 8259 §4).
extension JSONObject: Equatable {
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.count == right.count else { return false }
    let values = Dictionary(uniqueKeysWithValues: right.members.map { ($0.name, $0.value) })
    return left.members.allSatisfy { values[$0.name] == $0.value }
  }
}
