extension Sampling {
  init?(_ fields: FieldReader) {
    let temperature = fields.number("temperature", .from(0, through: 2))
    let topP = fields.number("top_p", .above(0, through: 1))
    let seed = fields.seed("seed")
    guard let temperature, let topP, let seed else { return nil }
    self.init(temperature: temperature, topP: topP, seed: seed)
  }
}
