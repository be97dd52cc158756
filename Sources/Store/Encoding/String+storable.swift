extension String {
  /// The text with U+0000, at which SQLite ends a text, as the visible symbol for it.
  var storable: String {
    guard utf8.contains(0) else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map { $0.value == 0 ? "\u{2400}" : $0 }))
  }
}
