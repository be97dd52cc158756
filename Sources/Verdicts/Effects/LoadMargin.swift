import Statistics

/// What a ratio may owe to a load that no round draws anew.
///
/// A server that ran before the comparison is not restarted between rounds. Whatever its load brought with it, such as where
/// pages lie, is in every round of its side, and no number of rounds averages it.
public enum LoadMargin {
  /// By how much both ends of a ratio's interval are moved if a server was attached to; relative.
  ///
  /// Source: byte-equal copies of one model, each loaded once, differed in speed by −0.6 to +3.5 % (docs/engines.md).
  public static let attachedServer = 0.03

  /// The margin in words.
  static func text(_ margin: Double) -> String {
    "the server was not restarted: its load is in every round; \(Figures.plain(100 * margin)) % margin"
  }
}

extension ConfidenceInterval {
  /// The same interval of a ratio with both ends moved outwards by a relative margin.
  func widened(by margin: Double) -> ConfidenceInterval {
    ConfidenceInterval(lower: lower / (1 + margin), upper: upper * (1 + margin), confidence: confidence)
  }
}
