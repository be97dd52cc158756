/// Which bracket closes which.
enum NixBrackets {
  static func isOpening(_ token: NixToken) -> Bool { closer(of: token) != nil }

  static func isClosing(_ token: NixToken) -> Bool { token.is("}") || token.is("]") || token.is(")") }

  /// For each opening bracket the index of the one that closes it.
  ///
  /// - Throws: `unterminated` or `unbalancedBracket` where the pairs don't match.
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
