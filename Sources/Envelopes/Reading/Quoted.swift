import JSON

/// Text of a file as a message may show it: one line, and not too long.
enum Quoted {
  private static let lengthLimit = 60

  static func text(_ text: String) -> String {
    let isLong = text.unicodeScalars.count > lengthLimit
    let shown = isLong ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(lengthLimit))) + "…" : text
    return JSONValue.string(shown).serialized()
  }

  /// The last part of a path: a plain key as it is, any other in brackets and quotes.
  static func pathPart(_ key: String, after path: String) -> String {
    let isPlain = !key.isEmpty && key.utf8.count <= lengthLimit && key.utf8.allSatisfy(Identifiers.isIdentifierByte)
    guard isPlain else { return "\(path)[\(text(key))]" }
    return path.isEmpty ? key : "\(path).\(key)"
  }
}
