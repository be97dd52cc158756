import Envelopes
import Measurements
import Statistics

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

/// What one side did in one tool loop, beside its figures.
public struct LoopFacts: Sendable, Equatable {
  /// One round of the loop.
  public struct Round: Sendable, Equatable {
    /// From 1.
    public let number: Int
    public let promptTokens: Int
    public let cachedTokens: Int
    /// The median over repetitions, in milliseconds; nil if no token came.
    public let firstTokenMilliseconds: Double?
    /// Of a live loop.
    public let failures: [String]
  }

  /// The regime in words.
  public let regime: String
  public let isLive: Bool
  /// The rounds that the trace has.
  public let planned: Int
  public let rounds: [Round]

  /// From 1; nil for a loop that stayed clean.
  public var firstDegradedRound: Int? { rounds.first { !$0.failures.isEmpty }?.number }

  /// The 95 % interval of the mean first degraded round, if every round goes wrong with one probability; nil without
  /// a judged round.
  public var degradedInterval: ConfidenceInterval? {
    guard isLive, let first = try? FirstFailure(trial: firstDegradedRound, of: rounds.count) else { return nil }
    return try? first.meanInterval(confidence: 0.95)
  }

  /// The first degraded round with its interval in words, `round 2, mean [1.03, 79.5]`, or `none`.
  public var degradedText: String {
    let round = firstDegradedRound.map { "round \($0)" } ?? "none"
    return round + (degradedInterval.map { ", mean \(Figures.rounds($0))" } ?? "")
  }

  /// How many turns had each kind of failure, by its name.
  public var failures: [String: Int] {
    rounds.flatMap(\.failures).reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  /// From the samples of one side.
  public init(_ cell: ToolLoopCell, _ samples: [Sample]) {
    regime = cell.regime
    isLive = cell.mode == .live
    planned = cell.trace.rounds.count
    let turns = samples.filter { $0.place.cell == cell.id && $0.turn != nil }
    rounds = Dictionary(grouping: turns) { $0.place.round ?? 0 }.sorted { $0.key < $1.key }.map { number, turns in
      let readings = turns.compactMap(\.turn)
      let times = readings.compactMap(\.times.firstTokenSeconds).sorted()
      return Round(
        number: number, promptTokens: readings.first?.times.promptTokens ?? 0,
        cachedTokens: readings.first?.times.cachedTokens ?? 0,
        firstTokenMilliseconds: times.isEmpty ? nil : times[times.count / 2] * 1000,
        failures: readings.first?.judgement?.failures ?? [])
    }
  }
}
