import JSON

/// How text is rewritten before it is split.
enum Normalizer: Sendable {
  case none
  /// Unicode normalization form C.
  case nfc

  /// The text rewritten, or nil if it stays as it is.
  func rewriting(_ text: UTF8Text) -> String? {
    switch self {
    case .none: nil
    case .nfc: CanonicalComposer.rewriting(text)
    }
  }

  /// The bytes of a text rewritten.
  func normalized(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBufferPointer { rewriting(UTF8Text($0)) }.map { Array($0.utf8) } ?? bytes
  }
}

/// Reading.
extension Normalizer {
  /// The `normalizer` value.
  ///
  /// - Throws: `.unsupported` for any type but `NFC`.
  static func read(_ value: JSONValue?) throws(TokenizerProblem) -> Normalizer {
    guard let value, value != .null else { return .none }
    let fields = try JSONFields(value, path: "normalizer")
    let type = try fields.string("type")
    guard type == "NFC" else {
      throw .unsupported(field: fields.path(of: "type"), value: type, supported: ["null", "NFC"])
    }
    return .nfc
  }
}
