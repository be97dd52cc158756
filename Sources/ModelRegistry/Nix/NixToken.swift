/// One lexical element of a Nix expression, as far as finding an attribute's value needs.
struct NixToken: Equatable {
  enum Kind: Equatable {
    /// An identifier, a keyword or a number.
    case word(String)
    /// A string in double quotes; its value where it has no interpolation and no line break.
    case string(String?)
    /// A string in two single quotes.
    case indentedString
    /// `${` outside of strings.
    case interpolation
    /// `==`, `!=`, `<=` or `>=`: kept apart from the `=` of a binding.
    case comparison
    /// Any other byte.
    case symbol(UInt8)
  }

  let kind: Kind
  let range: Range<Int>

  func `is`(_ symbol: Unicode.Scalar) -> Bool { kind == .symbol(UInt8(ascii: symbol)) }
}
