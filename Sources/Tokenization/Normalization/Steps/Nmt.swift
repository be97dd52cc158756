/// `Nmt`: no control characters, and one kind of space, as SentencePiece's rule `nmt_nfkc` begins.
struct Nmt: NormalizerStep {
  static let kinds = ["Nmt"]

  init(_ fields: JSONFields, _ growth: inout TextGrowth) throws(TokenizerProblem) {}

  var movesStart: Bool { true }

  func rewriting(_ text: UTF8Text) -> [UInt8]? {
    text.replacingScalars { scalar in
      switch scalar.value {
      case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: .nothing
      case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD: .text(" ")
      default: .same
      }
    }
  }
}
