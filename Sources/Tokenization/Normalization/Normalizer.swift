/// How text is rewritten before it is split.
enum Normalizer: Sendable {
  case none
  /// Unicode normalization form C.
  case nfc

  /// The text rewritten, or nil where it stays as it is.
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
