import Measurements

extension ThroughputCell {
  init?(_ fields: FieldReader) {
    let id = fields.identifier("id")
    let text = fields.text("text")
    let promptTokens = fields.integer("prompt_tokens", 1...1_048_576)
    let decodeTokens = fields.integer("decode_tokens", 1...131_072)
    let concurrency = fields.integer("concurrency", 1...64, default: 1)
    guard let id, let text, let promptTokens, let decodeTokens, let concurrency else { return nil }
    self.init(
      id: CellID(rawValue: id), text: text, promptTokens: promptTokens, decodeTokens: decodeTokens,
      concurrency: concurrency)
  }
}
