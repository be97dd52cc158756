import JSON

extension Normalizer {
  /// The `normalizer` value.
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
