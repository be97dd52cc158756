/// Finds every binding of a Nix file without parsing its expressions.
///
/// That is possible because a lone `=` occurs in Nix only between an attribute path and its value.
///
/// - Complexity: O(*n*) in tokens.
struct NixBindingFinder {
  private struct Scope {
    let attribute: Int
    /// The attribute that is bound last in it, whose value is read.
    var binding: Int?
    /// Whether `in` ends it rather than a bracket.
    let isLet: Bool
    /// Whether a `then` or `else` is open in it.
    var isChoosing = false
    /// Those of `with` and `assert` that are to come.
    var semicolonsInside = 0
  }

  let bytes: [UInt8]
  let tokens: [NixToken]
  /// For each opening bracket the index of the one that closes it.
  let closings: [Int: Int]
  private var scopes: [Scope] = []

  private(set) var tree = NixAttributes()
  private(set) var bindings: [NixBinding] = []
  /// By name, the attributes in whose sets a binding hands on another of that name, by `inherit` or `x = cfg.x`.
  private(set) var handedOn: [String: [Int]] = [:]
  /// The roots of sets over which `//` puts another.
  private(set) var merged = Set<Int>()
  /// Where a member has a computed name, such as `${role}`, by the attribute whose set has it.
  private(set) var computedNames: [Int: Int] = [:]

  init(_ bytes: [UInt8]) throws(RegistryError.ContentProblem) {
    self.bytes = bytes
    tokens = try NixLexer.tokens(of: bytes)
    closings = try NixBrackets.closings(in: tokens, of: bytes)
    scopes = [Scope(attribute: tree.root(isDeclared: false, isLet: false, isReplaceable: false), isLet: false)]
    var index = 0
    while index < tokens.count { index = visit(index) }
  }

  /// Handles the token there and returns the index of the next one to visit.
  private mutating func visit(_ index: Int) -> Int {
    switch tokens[index].kind {
    case .word("let"): open(at: index, isLet: true)
    case .word("inherit"): return visitInherited(index + 1)
    case .word("then"), .word("else"): setChoosing(true)
    case .word("with"), .word("assert"): if !scopes.isEmpty { scopes[scopes.count - 1].semicolonsInside += 1 }
    case _ where tokens[index].is(";"): endExpression()
    case _ where tokens[index].is(","): setChoosing(false)
    case .word("in"): if scopes.last?.isLet == true { scopes.removeLast() }
    case .word, .string: return visitName(index)
    case .interpolation:
      noteComputedName(index)
      open(at: index, isLet: false)
    case _ where tokens[index].isOpening: open(at: index, isLet: false)
    case _ where tokens[index].isClosing:
      while scopes.last?.isLet == true { scopes.removeLast() }
      scopes.removeLast()
    default: break
    }
    return index + 1
  }

  /// Opens a scope whose names are no part of the one around it.
  private mutating func open(at index: Int, isLet: Bool) {
    let isDeclared = scopes.last.map { tree.isDeclared[$0.attribute] || $0.binding.map { tree.isDeclared[$0] } == true }
    let isReplaceable = scopes.last.map { tree.isReplaceable[$0.attribute] || $0.isChoosing } == true
    let root = tree.root(isDeclared: isDeclared == true, isLet: isLet, isReplaceable: isReplaceable)
    if !isLet, isMerged(index) { merged.insert(root) }
    scopes.append(Scope(attribute: root, isLet: isLet))
  }

  private mutating func setChoosing(_ isChoosing: Bool) {
    if !scopes.isEmpty { scopes[scopes.count - 1].isChoosing = isChoosing }
  }

  /// Handles a semicolon: of a `with` or an `assert`, or of a binding.
  private mutating func endExpression() {
    guard let scope = scopes.last else { return }
    if scope.semicolonsInside > 0 {
      scopes[scopes.count - 1].semicolonsInside -= 1
    } else {
      setChoosing(false)
    }
  }

  /// Whether `//` puts something over what stands in a bracket.
  private func isMerged(_ opening: Int) -> Bool {
    guard let closing = closings[opening], closing + 2 < tokens.count else { return false }
    return tokens[closing + 1].is("/") && tokens[closing + 2].is("/")
  }

  /// Remembers the set whose member has the name that is computed there, if it is one that is bound.
  private mutating func noteComputedName(_ index: Int) {
    guard let closing = closings[index], closing + 1 < tokens.count, tokens[closing + 1].is("="),
      let scope = scopes.last
    else { return }
    var names: [String] = []
    var start = index
    while start >= 2, tokens[start - 1].is(".") {
      switch tokens[start - 2].kind {
      case .word(let name), .string(.some(let name)): names.append(name)
      default: return
      }
      start -= 2
    }
    var attribute = scope.attribute
    for name in names.reversed() { attribute = tree.child(name, of: attribute) }
    computedNames[attribute] = tokens[index].range.lowerBound
  }

  /// Binds the names of an `inherit` to what has them elsewhere.
  private mutating func visitInherited(_ start: Int) -> Int {
    guard let scope = scopes.last else { return start }
    var index = start
    while index < tokens.count, !tokens[index].is(";") {
      switch tokens[index].kind {
      case .word(let name), .string(.some(let name)):
        let range = tokens[index].range
        add(
          NixBinding(
            attribute: tree.child(name, of: scope.attribute), path: range, name: range, value: .reference(name),
            end: nil))
      default: break
      }
      index = (closings[index] ?? index) + 1
    }
    return index
  }

  private mutating func visitName(_ index: Int) -> Int {
    guard let scope = scopes.last, index == 0 || !tokens[index - 1].is("."), let path = path(at: index) else {
      return index + 1
    }
    var attribute = scope.attribute
    for name in path.names { attribute = tree.child(name, of: attribute) }
    let start = path.end + 1
    let value = value(at: start)
    add(
      NixBinding(
        attribute: attribute, path: tokens[index].range.lowerBound..<tokens[path.end - 1].range.upperBound,
        name: tokens[path.end - 1].range, value: value.value, end: value.end))
    scopes[scopes.count - 1].binding = attribute
    guard case .attributeSet = value.value else { return start }
    scopes.append(Scope(attribute: attribute, isLet: false))
    return brace(at: start) + 1
  }

  private mutating func add(_ binding: NixBinding) {
    bindings.append(binding)
    let attribute = tree.attributes[binding.attribute]
    if let parent = attribute.parent, binding.value.names(attribute.name) {
      handedOn[attribute.name, default: []].append(parent)
    }
  }

  /// No path to a role is as long.
  private static let pathLimit = 16

  /// The names of an attribute path and the index of the `=` after it; nil if there is none.
  private func path(at start: Int) -> (names: [String], end: Int)? {
    var names: [String] = []
    var index = start
    while index + 1 < tokens.count, names.count < Self.pathLimit {
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

  /// The value that begins there, and the offset after its semicolon if it is of a plain kind.
  private func value(at start: Int) -> (value: NixBinding.Value, end: Int?) {
    let brace = brace(at: start)
    if brace < tokens.count, tokens[brace].is("{"), let closing = closings[brace], isEnd(closing + 1) {
      let inside = tokens[brace].range.upperBound..<tokens[closing].range.lowerBound
      return (.attributeSet(inside: inside), tokens[closing + 1].range.upperBound)
    }
    if start < tokens.count, isEnd(start + 1) {
      let end = tokens[start + 1].range.upperBound
      switch tokens[start].kind {
      case .string(let text?): return (.string(text, range: tokens[start].range), end)
      case .word("null"): return (.null, end)
      default: break
      }
    }
    if isComputed(from: start) { return (.computed, nil) }
    if let reference = reference(from: start) { return (reference, nil) }
    guard start < tokens.count, case .word(let first) = tokens[start].kind, first.first?.isNumber == false,
      !["true", "false"].contains(first)
    else { return (.other, nil) }
    return (.expression, nil)
  }

  /// A path to import, or the name of something else, of a few dozen tokens at most.
  private func reference(from start: Int) -> NixBinding.Value? {
    guard start < tokens.count, case .word(let first) = tokens[start].kind,
      let semicolon = tokens[start...].prefix(64).firstIndex(where: { $0.is(";") })
    else { return nil }
    let range = tokens[start].range.lowerBound..<tokens[semicolon - 1].range.upperBound
    if first == "import", start + 1 < semicolon {
      let path = tokens[start + 1].range.lowerBound..<range.upperBound
      let isPath = !bytes[path].contains { $0 <= 0x20 }
      return isPath ? .imported(String(decoding: bytes[path], as: UTF8.self)) : nil
    }
    let isName = tokens[start..<semicolon].enumerated().allSatisfy { index, token in
      if case .word = token.kind { return index % 2 == 0 }
      return index % 2 == 1 && token.is(".")
    }
    return isName ? .reference(String(decoding: bytes[range], as: UTF8.self)) : nil
  }

  private func isEnd(_ index: Int) -> Bool { index < tokens.count && tokens[index].is(";") }

  /// Whether a brace or a parenthesis stands in the expression that begins there.
  private func isComputed(from start: Int) -> Bool {
    var index = start
    while index < tokens.count, !tokens[index].is(";"), !tokens[index].is("="), !tokens[index].isClosing {
      if tokens[index].is("{") || tokens[index].is("(") { return true }
      index = (closings[index] ?? index) + 1
    }
    return false
  }
}

/// Which bracket closes which.
private enum NixBrackets {
  /// For each opening bracket the index of the one that closes it.
  ///
  /// - Throws: `unterminated` or `unbalancedBracket` if the pairs don't match.
  static func closings(
    in tokens: [NixToken], of bytes: [UInt8]
  ) throws(RegistryError.ContentProblem) -> [Int: Int] {
    var closings: [Int: Int] = [:]
    var open: [Int] = []
    for (index, token) in tokens.enumerated() {
      if token.isOpening {
        open.append(index)
      } else if token.isClosing {
        guard let opening = open.popLast(), tokens[opening].closer.map(token.is) == true else {
          throw .unbalancedBracket(line: bytes.line(of: token.range.lowerBound))
        }
        closings[opening] = index
      }
    }
    if let opening = open.last {
      throw .unterminated("bracket", line: bytes.line(of: tokens[opening].range.lowerBound))
    }
    return closings
  }
}
