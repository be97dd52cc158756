extension NixLexer {
  /// What is open, from the outermost string to the innermost interpolation.
  private enum Delimiter {
    case quotes
    case primes
    case brace
  }

  /// Skips a string of either kind with the expressions in it; true where it has any.
  ///
  /// - Throws: `unterminated`, naming the line where the outermost string begins.
  mutating func skipString() throws(RegistryError.ContentProblem) -> Bool {
    let start = position
    var open: [Delimiter] = []
    var hasInterpolation = false
    openString(&open)
    while let innermost = open.last {
      guard position < bytes.count else { throw .unterminated("string", line: Self.line(of: start, in: bytes)) }
      switch innermost {
      case .quotes: skipQuoted(&open)
      case .primes: skipIndented(&open)
      case .brace:
        hasInterpolation = true
        try skipExpression(&open)
      }
    }
    return hasInterpolation
  }

  private mutating func openString(_ open: inout [Delimiter]) {
    let isIndented = isAt("''")
    position += isIndented ? 2 : 1
    open.append(isIndented ? .primes : .quotes)
  }

  private mutating func skipQuoted(_ open: inout [Delimiter]) {
    if isAt("\"") {
      position += 1
      open.removeLast()
    } else if isAt("${") {
      position += 2
      open.append(.brace)
    } else {
      // `$$` is one unit, so that the brace in `$${` is plain text.
      position += isAt("\\") || isAt("$$") ? 2 : 1
    }
  }

  private mutating func skipIndented(_ open: inout [Delimiter]) {
    if isAt("''") {
      if isAt("'''") || isAt("''$") {
        position += 3
      } else if isAt("''\\") {
        position += 4
      } else {
        position += 2
        open.removeLast()
      }
    } else if isAt("${") {
      position += 2
      open.append(.brace)
    } else {
      position += isAt("$$") ? 2 : 1
    }
  }

  private mutating func skipExpression(_ open: inout [Delimiter]) throws(RegistryError.ContentProblem) {
    try skipTrivia()
    if skipWord() { return }
    if isAt("\"") || isAt("''") { return openString(&open) }
    if isAt("{") { open.append(.brace) }
    if isAt("}") { open.removeLast() }
    position += 1
  }
}
