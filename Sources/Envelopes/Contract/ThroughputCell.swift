import Measurements

/// A prompt of fixed length and a continuation of fixed length.
public struct ThroughputCell: Sendable, Equatable {
  public var id: CellID
  /// Repeated as often as needed and cut to `promptTokens` tokens of the model's tokenizer.
  public var text: String
  public var promptTokens: Int
  public var decodeTokens: Int
  /// Requests at once; 1 for now.
  public var concurrency: Int
  /// The prompt's tokens that each timed request must find in the engine's cache; 0 for a cold one.
  public var cachedTokens: Int

  public init(
    id: CellID, text: String, promptTokens: Int, decodeTokens: Int, concurrency: Int = 1, cachedTokens: Int = 0
  ) {
    self.id = id
    self.text = text
    self.promptTokens = promptTokens
    self.decodeTokens = decodeTokens
    self.concurrency = concurrency
    self.cachedTokens = cachedTokens
  }

  init?(_ fields: FieldReader) {
    let id = fields.identifier("id")
    let text = fields.text("text")
    let promptTokens = fields.integer("prompt_tokens", 1...1_048_576)
    let decodeTokens = fields.integer("decode_tokens", 1...131_072)
    let concurrency = fields.integer("concurrency", 1...64, default: 1)
    let cachedTokens = fields.integer("cached_tokens", 0...max((promptTokens ?? 1) - 1, 0), default: 0)
    if let concurrency, concurrency > 1, let cachedTokens, cachedTokens > 0 {
      fields.report("cached_tokens", "must be 0 of several requests at once, which have nothing in common")
    }
    guard let id, let text, let promptTokens, let decodeTokens, let concurrency, let cachedTokens else { return nil }
    self.init(
      id: CellID(rawValue: id), text: text, promptTokens: promptTokens, decodeTokens: decodeTokens,
      concurrency: concurrency, cachedTokens: cachedTokens)
  }
}
