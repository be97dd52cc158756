import Measurements

/// A prompt of fixed length and a continuation of fixed length.
public struct ThroughputCell: Sendable, Equatable {
  public var id: CellID
  /// Repeated as often as it takes and cut to `promptTokens` tokens of the model's own tokenizer.
  public var text: String
  public var promptTokens: Int
  public var decodeTokens: Int
  /// Requests at once; 1 for now.
  public var concurrency: Int

  public init(id: CellID, text: String, promptTokens: Int, decodeTokens: Int, concurrency: Int = 1) {
    self.id = id
    self.text = text
    self.promptTokens = promptTokens
    self.decodeTokens = decodeTokens
    self.concurrency = concurrency
  }
}
