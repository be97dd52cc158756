/// Finds every binding of a Nix file without parsing its expressions.
///
/// That is possible because a lone `=` occurs in Nix only between an attribute path and its value.
///
/// - Complexity: O(*n*) in tokens.
struct NixBindingFinder {
  private struct Scope {
    let attribute: Int
    /// Whether `in` ends it rather than a bracket.
    let isLet: Bool
  }

  private let bytes: [UInt8]
  private let tokens: [NixToken]
  /// For each opening bracket the index of the one that closes it.
  private let closings: [Int: Int]
  private var scopes: [Scope] = []

  private(set) var tree = NixAttributes()
  private(set) var bindings: [NixBinding] = []

  init(_ bytes: [UInt8]) throws(RegistryError.ContentProblem) {
    self.bytes = bytes
    tokens = try NixLexer.tokens(of: bytes)
    closings = try NixBrackets.closings(in: tokens, of: bytes)
    scopes = [Scope(attribute: tree.root(), isLet: false)]
    var index = 0
    while index < tokens.count { index = visit(index) }
  }

  /// The one attribute `models` of the file, as a plain set or by paths such as `models.default`.
  func modelsAttribute() throws(RegistryError.ContentProblem) -> Int {
    var offsets: [Int: Int] = [:]
    var literals: [Int] = []
    var visited = Set<Int>()
    for binding in bindings {
      if isModels(binding.attribute) {
        switch binding.value {
        case .attributeSet:
          literals.append(binding.offset)
          offsets[binding.attribute] = binding.offset
        case .computed: throw .modelsSetNotPlain(line: NixLexer.line(of: binding.offset, in: bytes))
        case .string, .other: break
        }
      }
      var attribute = tree.attributes[binding.attribute].parent
      while let parent = attribute, visited.insert(parent).inserted {
        if isModels(parent), offsets[parent] == nil { offsets[parent] = binding.offset }
        attribute = tree.attributes[parent].parent
      }
    }
    let candidates = literals.count > offsets.count ? literals : Array(offsets.values)
    guard candidates.count <= 1 else {
      throw .modelsSetNotUnique(lines: NixLexer.lines(of: candidates, in: bytes))
    }
    guard let models = offsets.first else { throw .modelsSetMissing }
    return models.key
  }

  private func isModels(_ attribute: Int) -> Bool { tree.attributes[attribute].name == "models" }

  /// Handles the token there and returns the index of the next one to visit.
  private mutating func visit(_ index: Int) -> Int {
    switch tokens[index].kind {
    case .word("let"): scopes.append(Scope(attribute: tree.root(), isLet: true))
    case .word("in"): if scopes.last?.isLet == true { scopes.removeLast() }
    case .word, .string: return visitName(index)
    case _ where NixBrackets.isOpening(tokens[index]): scopes.append(Scope(attribute: tree.root(), isLet: false))
    case _ where NixBrackets.isClosing(tokens[index]):
      while scopes.last?.isLet == true { scopes.removeLast() }
      scopes.removeLast()
    default: break
    }
    return index + 1
  }

  private mutating func visitName(_ index: Int) -> Int {
    guard let scope = scopes.last, index == 0 || !tokens[index - 1].is("."), let path = path(at: index) else {
      return index + 1
    }
    var attribute = scope.attribute
    for name in path.names { attribute = tree.child(name, of: attribute) }
    let start = path.end + 1
    let value = value(at: start)
    bindings.append(NixBinding(attribute: attribute, offset: tokens[index].range.lowerBound, value: value))
    guard case .attributeSet = value else { return start }
    scopes.append(Scope(attribute: attribute, isLet: false))
    return brace(at: start) + 1
  }

  /// The names of an attribute path and the index of the `=` after it; nil if there is none.
  private func path(at start: Int) -> (names: [String], end: Int)? {
    var names: [String] = []
    var index = start
    while index + 1 < tokens.count {
      switch tokens[index].kind {
      case .word(let name): names.append(name)
      case .string(let name?): names.append(name)
      default: return nil
      }
      if tokens[index + 1].is("=") { return (names, index + 1) }
      guard tokens[index + 1].is(".") else { return nil }
      index += 2
    }
    return nil
  }

  /// The index of a set's brace: a `rec` may stand before it.
  private func brace(at start: Int) -> Int {
    start < tokens.count && tokens[start].kind == .word("rec") ? start + 1 : start
  }

  private func value(at start: Int) -> NixBinding.Value {
    let brace = brace(at: start)
    if brace < tokens.count, tokens[brace].is("{"), let closing = closings[brace], isEnd(closing + 1) {
      return .attributeSet
    }
    if start < tokens.count, case .string(let text?) = tokens[start].kind, isEnd(start + 1) {
      return .string(text, range: tokens[start].range)
    }
    return isComputed(from: start) ? .computed : .other
  }

  private func isEnd(_ index: Int) -> Bool { index < tokens.count && tokens[index].is(";") }

  /// Whether a brace or a parenthesis stands in the expression that begins there.
  private func isComputed(from start: Int) -> Bool {
    var index = start
    while index < tokens.count, !tokens[index].is(";"), !tokens[index].is("="), !NixBrackets.isClosing(tokens[index]) {
      if tokens[index].is("{") || tokens[index].is("(") { return true }
      index = (closings[index] ?? index) + 1
    }
    return false
  }
}

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
/// Two bindings of `a.b` in one set are the same attribute, even if one is written `a = { b = …; }`. A set that is
/// only part of an expression, or that a `let` opens, starts a new tree.
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

/// Which bracket closes which.
private enum NixBrackets {
  static func isOpening(_ token: NixToken) -> Bool { closer(of: token) != nil }

  static func isClosing(_ token: NixToken) -> Bool { token.is("}") || token.is("]") || token.is(")") }

  /// For each opening bracket the index of the one that closes it.
  ///
  /// - Throws: `unterminated` or `unbalancedBracket` if the pairs don't match.
  static func closings(
    in tokens: [NixToken], of bytes: [UInt8]
  ) throws(RegistryError.ContentProblem) -> [Int: Int] {
    var closings: [Int: Int] = [:]
    var open: [Int] = []
    for (index, token) in tokens.enumerated() {
      if isOpening(token) {
        open.append(index)
      } else if isClosing(token) {
        guard let opening = open.popLast(), closer(of: tokens[opening]).map(token.is) == true else {
          throw .unbalancedBracket(line: NixLexer.line(of: token.range.lowerBound, in: bytes))
        }
        closings[opening] = index
      }
    }
    if let opening = open.last {
      throw .unterminated("bracket", line: NixLexer.line(of: tokens[opening].range.lowerBound, in: bytes))
    }
    return closings
  }

  private static func closer(of token: NixToken) -> Unicode.Scalar? {
    switch token.kind {
    case .interpolation, .symbol(UInt8(ascii: "{")): "}"
    case .symbol(UInt8(ascii: "[")): "]"
    case .symbol(UInt8(ascii: "(")): ")"
    default: nil
    }
  }
}
