/// One `path = value;` of a Nix file.
struct NixBinding {
  enum Value {
    /// `{ … };` or `rec { … };` and nothing more.
    case attributeSet
    /// `"…";` and nothing more.
    case string(String, range: Range<Int>)
    /// Another expression, with a brace or a parenthesis: it may build an attribute set.
    case computed
    /// Any other expression, such as a list or the name of something else.
    case other
  }

  /// Which attribute, as an index into `NixAttributes.attributes`.
  let attribute: Int
  /// Where the path begins, in bytes.
  let offset: Int
  let value: Value
}

/// The attributes that a Nix file binds, each under the attribute whose set holds it.
///
/// Two bindings of `a.b` in one set are the same attribute, also where one is written `a = { b = …; }`. A set that is
/// only part of an expression, or that a `let` opens, starts a tree of its own.
struct NixAttributes {
  struct Attribute: Hashable {
    /// Nil at the root of a tree.
    let parent: Int?
    let name: String
  }

  private(set) var attributes: [Attribute] = []
  private var indices: [Attribute: Int] = [:]

  mutating func root() -> Int {
    attributes.append(Attribute(parent: nil, name: ""))
    return attributes.count - 1
  }

  mutating func child(_ name: String, of parent: Int) -> Int {
    let attribute = Attribute(parent: parent, name: name)
    if let index = indices[attribute] { return index }
    attributes.append(attribute)
    indices[attribute] = attributes.count - 1
    return attributes.count - 1
  }
}
