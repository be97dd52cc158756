/// A token that is recognised in text as it stands, before any splitting.
struct AddedToken: Sendable, Equatable {
  let id: TokenID
  /// The UTF-8 of its text; not empty.
  let content: [UInt8]
  /// Whether it is control, not text: left out of decoded text on request.
  let isSpecial: Bool
  /// Whether it counts only where no word character touches it.
  let isSingleWord: Bool
  /// Whether it takes the white space before it.
  let stripsLeft: Bool
  /// Whether it takes the white space after it.
  let stripsRight: Bool
  /// Whether it is looked for after normalization rather than before.
  let isNormalized: Bool
}
