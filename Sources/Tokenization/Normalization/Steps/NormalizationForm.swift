/// `NFC`, `NFD`, `NFKC` and `NFKD`: the Unicode normalization forms (Unicode Standard Annex 15).
enum NormalizationForm: String, CaseIterable {
  case nfc = "NFC"
  case nfd = "NFD"
  case nfkc = "NFKC"
  case nfkd = "NFKD"

  /// Whether characters that only look alike are replaced as well.
  var isCompatible: Bool { self == .nfkc || self == .nfkd }

  /// Whether characters are composed in the end.
  var composes: Bool { self == .nfc || self == .nfkc }
}

extension NormalizationForm: NormalizerStep {
  static var kinds: [String] { allCases.map(\.rawValue) }

  init(_ fields: JSONFields, _ growth: inout TextGrowth) throws(TokenizerProblem) {
    let kind = try fields.string("type")
    guard let form = Self(rawValue: kind) else { throw fields.unread(.normalizer, kind: kind, read: Self.kinds) }
    self = form
  }

  func rewriting(_ text: UTF8Text) -> [UInt8]? { FormComposer.rewriting(text, in: self) }
}
