/// `Lowercase`: characters become lower case one by one.
struct Lowercase: NormalizerStep {
  static let kinds = ["Lowercase"]

  init() {}

  init(_ fields: JSONFields, _ growth: inout TextGrowth) throws(TokenizerProblem) {}

  func rewriting(_ text: UTF8Text) -> [UInt8]? {
    text.replacingScalars { $0.lowercased.map { .text($0) } ?? .same }
  }
}
