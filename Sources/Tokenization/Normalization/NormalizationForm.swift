/// The Unicode normalization forms (Unicode Standard Annex 15).
enum NormalizationForm: String, Sendable, CaseIterable {
  case nfc = "NFC"
  case nfd = "NFD"
  case nfkc = "NFKC"
  case nfkd = "NFKD"

  /// Whether characters that only look alike are replaced as well.
  var isCompatible: Bool { self == .nfkc || self == .nfkd }

  /// Whether characters are composed in the end.
  var composes: Bool { self == .nfc || self == .nfkc }
}
