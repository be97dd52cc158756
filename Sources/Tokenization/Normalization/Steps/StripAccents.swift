/// `StripAccents`: no marks, of whatever kind.
struct StripAccents: NormalizerStep {
  static let kinds = ["StripAccents"]

  init() {}

  init(_ fields: JSONFields, _ growth: inout TextGrowth) throws(TokenizerProblem) {}

  var movesStart: Bool { true }

  func rewriting(_ text: UTF8Text) -> [UInt8]? { text.replacingScalars { $0.isMark ? .nothing : .same } }
}

extension Unicode.Scalar {
  /// Whether it is a mark by the tables of Unicode 9, which the reference library normalizes by.
  fileprivate var isMark: Bool {
    // These have changed since.
    if value < 0x300 { return false }
    if (0x1CF2...0x1CF3).contains(value) { return true }
    if value == 0x111C9 { return false }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return (properties.age?.major ?? 0) <= 9
    default: return false
    }
  }
}
