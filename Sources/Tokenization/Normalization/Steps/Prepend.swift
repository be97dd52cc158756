/// `Prepend`: a text put before any that is not empty.
struct Prepend: NormalizerStep {
  static let kinds = ["Prepend"]

  let prefix: String

  init(_ prefix: String) { self.prefix = prefix }

  init(_ fields: JSONFields, _ growth: inout TextGrowth) throws(TokenizerProblem) {
    prefix = try fields.string("prepend")
    try growth.add(prefix: prefix, path: fields.path)
  }

  func rewriting(_ text: UTF8Text) -> [UInt8]? {
    text.count == 0 ? nil : prefix.utf8 + Array(text.bytes(0..<text.count))
  }
}
