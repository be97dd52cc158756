import Measurements

/// What one side measured in one cell.
public struct CellFacts: Sendable, Equatable {
  /// The mean of one metric.
  public struct Figure: Sendable, Equatable {
    public let metric: Metric
    /// In the metric's unit: the geometric mean over scored blocks, or the share of right answers.
    public let value: Double
    /// Blocks or items it rests on.
    public let count: Int
  }

  public let cell: CellID
  public let side: Side
  /// Nil for accuracy tasks, and where there are no readings.
  public let regime: Regime?
  /// Samples that ended with a success.
  public let successes: Int
  /// Samples that did not.
  public let unscored: Int
  /// Those that the samples define.
  public let figures: [Figure]
  /// Of tool loops, else nil.
  public let loop: LoopFacts?
}

/// The conditions of a throughput figure, without which it means nothing.
public struct Regime: Sendable, Hashable, CustomStringConvertible {
  public let promptTokens: Int
  public let decodeTokens: Int
  /// Prompt tokens that were in the cache already.
  public let cachedTokens: Int
  /// Requests at once.
  public let concurrency: Int

  public var description: String {
    "\(promptTokens) prompt + \(decodeTokens) decode tokens, \(cachedTokens) cached, concurrency \(concurrency)"
  }
}

/// How many blocks of a cell count.
public struct BlockTally: Sendable, Equatable {
  public let cell: CellID
  public let planned: Int
  /// Whole and not void.
  public let used: Int
  public let void: Int
}
