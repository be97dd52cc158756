/// One turn of a tool loop, or one request of an embedding cell, which decodes no tokens: its time is the sample's.
public struct TurnReading: Sendable, Equatable {
  /// The turn's prompt is the whole conversation so far.
  public var times: ThroughputReading
  /// Nil in a replay, whose turns are scripted.
  public var judgement: TurnJudgement?

  /// Whether it made vectors of texts, as many as `times` has sequences.
  public var isEmbedding: Bool { times.tokenNanoseconds.isEmpty }

  public init(times: ThroughputReading, judgement: TurnJudgement? = nil) {
    self.times = times
    self.judgement = judgement
  }
}

/// What a model made of a turn of a live loop.
public struct TurnJudgement: Sendable, Equatable {
  /// The parser that read the calls.
  public var parser: String
  /// The entries of the failure taxonomy, empty for a valid turn.
  public var failures: [String]
  /// What was wrong, in words.
  public var detail: String
  /// Whether there was a call or text outside of reasoning.
  public var isAnswered: Bool
  /// What the model wrote, cut to `textLimit` bytes.
  public var text: String

  public static let textLimit = 65_536

  public init(parser: String, failures: [String], detail: String, isAnswered: Bool, text: String) {
    self.parser = parser
    self.failures = failures
    self.detail = detail
    self.isAnswered = isAnswered
    self.text = text
  }

  /// Whole calls in another family's form: the turn says something about the parser and nothing about the model.
  public var isOfWrongParser: Bool { failures.contains("wrong_parser") }

  public var isValid: Bool { failures.isEmpty }
}
