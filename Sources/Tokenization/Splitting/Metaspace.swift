import JSON

/// Spaces as a visible character, usually `▁`, with which words begin.
struct Metaspace: Sendable, Equatable {
  /// Where the character is put before a text that does not begin with it.
  enum Prepending: String, Sendable, CaseIterable {
    case always
    /// Only where the whole text begins.
    case first
    case never
  }

  let replacement: String
  let prepending: Prepending
  /// Cuts before each replacement; nil if the text stays whole.
  let splitter: Splitter?

  /// A text with its spaces replaced.
  ///
  /// - Parameter isFirst: Whether the whole text begins here.
  func rewriting(_ text: UTF8Text, isFirst: Bool) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 2 + 4)
    for byte in text.bytes(0..<text.count) {
      if byte == UInt8(ascii: " ") { result += replacement.utf8 } else { result.append(byte) }
    }
    let prepends = prepending == .always || (prepending == .first && isFirst)
    return prepends && !result.starts(with: replacement.utf8) ? replacement.utf8 + result : result
  }
}

/// Reading.
extension Metaspace {
  /// A `Metaspace` pre-tokenizer or decoder.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  init(_ fields: JSONFields) throws(TokenizerProblem) {
    let scalar = try fields.scalar("replacement")
    replacement = String(scalar)
    let scheme = try fields.optionalString("prepend_scheme") ?? "always"
    guard let prepending = Prepending(rawValue: scheme) else {
      throw .unsupported(
        field: fields.path(of: "prepend_scheme"), value: scheme, supported: Prepending.allCases.map(\.rawValue))
    }
    if try !fields.bool("add_prefix_space", default: true), prepending != .never {
      throw .field(fields.path(of: "add_prefix_space"), problem: "contradicts prepend_scheme")
    }
    self.prepending = prepending
    splitter = try fields.bool("split", default: true) ? Splitter(.scalars(.only(scalar)), .mergedWithNext) : nil
  }
}
