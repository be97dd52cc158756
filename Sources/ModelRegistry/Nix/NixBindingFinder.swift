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

  /// Handles the token there and gives the index of the next one to visit.
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

  /// The names of an attribute path and the index of the `=` after it; nil where none is.
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
