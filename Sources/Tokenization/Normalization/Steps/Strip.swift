/// `Strip`: no white space at the start, at the end or both.
struct Strip: NormalizerStep {
  static let kinds = ["Strip"]

  let left: Bool
  let right: Bool

  init(left: Bool, right: Bool) { (self.left, self.right) = (left, right) }

  init(_ fields: JSONFields, _ growth: inout TextGrowth) throws(TokenizerProblem) {
    left = try fields.bool("strip_left", default: true)
    right = try fields.bool("strip_right", default: true)
  }

  var movesStart: Bool { left }

  func rewriting(_ text: UTF8Text) -> [UInt8]? {
    let start = left ? text.endOfSpaces(after: 0) : 0
    let end = right ? max(start, text.startOfSpaces(before: text.count)) : text.count
    return end - start == text.count ? nil : Array(text.bytes(start..<end))
  }
}
