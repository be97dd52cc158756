/// One `path = value;` of a Nix file.
struct NixBinding {
  enum Value: Equatable {
    /// `{ … };` or `rec { … };` and nothing more, with the bytes between the braces.
    case attributeSet(inside: Range<Int>)
    /// `"…";` and nothing more.
    case string(String, range: Range<Int>)
    /// `null;` and nothing more.
    case null
    /// Another expression, with a brace or a parenthesis: it may build an attribute set.
    case computed
    /// A name, or names with dots between them.
    case reference(String)
    /// `import` of a path.
    case imported(String)
    /// Another expression that begins with a name or a keyword.
    case expression
    /// Any other expression, such as a list.
    case other
  }

  /// Which attribute, as an index into `NixAttributes.attributes`.
  let attribute: Int
  /// The whole path before the `=`, in bytes.
  let path: Range<Int>
  /// The last name of the path.
  let name: Range<Int>
  let value: Value
  /// The offset after the semicolon; nil unless the value is a set, a string or null.
  let end: Int?
}

extension NixBinding.Value {
  var isAttributeSet: Bool {
    if case .attributeSet = self { true } else { false }
  }

  /// Whether it is the name of something with that name.
  func names(_ name: String) -> Bool {
    guard case .reference(let reference) = self else { return false }
    return reference.split(separator: ".").last.map(String.init) == name
  }
}

/// The attributes that a Nix file binds, each under the attribute whose set holds it.
///
/// Two bindings of `a.b` in one set are the same attribute, even if one is written `a = { b = …; }`. A set that is
/// only part of an expression, or that a `let` opens, starts a new tree.
struct NixAttributes {
  struct Attribute: Hashable {
    /// Nil at the root of a tree.
    let parent: Int?
    let name: String
  }

  private(set) var attributes: [Attribute] = []
  /// Of each attribute, whether it is below `options`, where a module declares.
  private(set) var isDeclared: [Bool] = []
  /// Of each attribute, whether a `let` binds it.
  private(set) var isLet: [Bool] = []
  /// Of each attribute, whether a condition chooses a set that holds it.
  private(set) var isReplaceable: [Bool] = []
  private var indices: [Attribute: Int] = [:]

  mutating func root(isDeclared: Bool, isLet: Bool, isReplaceable: Bool) -> Int {
    attributes.append(Attribute(parent: nil, name: ""))
    self.isDeclared.append(isDeclared)
    self.isLet.append(isLet)
    self.isReplaceable.append(isReplaceable)
    return attributes.count - 1
  }

  mutating func child(_ name: String, of parent: Int) -> Int {
    let attribute = Attribute(parent: parent, name: name)
    if let index = indices[attribute] { return index }
    attributes.append(attribute)
    isDeclared.append(isDeclared[parent] || name == "options" && attributes[parent].parent == nil)
    isLet.append(isLet[parent])
    isReplaceable.append(isReplaceable[parent])
    indices[attribute] = attributes.count - 1
    return attributes.count - 1
  }

  /// Whether an attribute is another one, or in its set, however deep.
  func contains(_ outer: Int, _ inner: Int) -> Bool {
    var attribute: Int? = inner
    while let current = attribute, current != outer { attribute = attributes[current].parent }
    return attribute == outer
  }
}
