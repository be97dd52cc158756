import OrderedCollections

/// The members of a JSON object, in the order they were written.
///
/// Names are compared byte by byte, as RFC 8259 (section 8.3) advises: two spellings of "é" are two names, although
/// Swift takes them for equal strings.
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

  /// A view of the members, without a copy.
  public struct Members: RandomAccessCollection, Sendable {
    fileprivate let elements: OrderedDictionary<Name, JSONValue>.Elements

    public var startIndex: Int { 0 }
    public var endIndex: Int { elements.count }

    public subscript(index: Int) -> Member {
      Member(name: elements[index].key.text, value: elements[index].value)
    }
  }

  fileprivate struct Name: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: Name, right: Name) -> Bool {
      left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
      var text = text
      text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }

  private var values: OrderedDictionary<Name, JSONValue> = [:]

  /// Creates an empty object.
  public init() {}

  /// Creates an object of the given members; a later one replaces an earlier one of the same name in place.
  ///
  /// - Complexity: O(*n*).
  public init(_ members: [(String, JSONValue)]) {
    values.reserveCapacity(members.count)
    for (name, value) in members { values[Name(name)] = value }
  }

  /// The members, in order, names unique.
  public var members: Members { Members(elements: values.elements) }

  /// The names, in order.
  ///
  /// - Complexity: O(*n*).
  public var names: [String] { values.keys.map(\.text) }

  public var isEmpty: Bool { values.isEmpty }
  public var count: Int { values.count }

  /// The value of that name, or nil; setting appends or replaces in place, setting nil removes.
  ///
  /// - Complexity: O(1), but O(*n*) to remove.
  public subscript(_ name: String) -> JSONValue? {
    get { values[Name(name)] }
    set { values[Name(name)] = newValue }
  }
}

/// Two objects are equal if they have the same members, in whatever order (RFC 8259, section 4).
extension JSONObject: Equatable {
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.values.allSatisfy { right.values[$0.key] == $0.value }
  }
}
