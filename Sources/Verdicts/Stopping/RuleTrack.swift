import Foundation
import Statistics
import Measurements

/// What a rule about a ratio knows while blocks come in.
public struct RuleTrack: Sendable {
  /// What is to be shown.
  public enum Aim: Sendable, Equatable {
    /// Better by more than the minimum effect.
    case win(minimumEffect: Double)
    /// Not worse than the margin allows.
    case guardrail(margin: Double)
  }

  public enum State: Sendable, Equatable {
    case open
    /// The objective is won or the guardrail passed.
    case shown
    /// The guardrail is broken.
    case broken
  }

  public let metric: Metric
  public let cell: CellID
  /// The log-ratio that the interval must lie above.
  public let threshold: Double
  private let aim: Aim
  private var sequence: MeanLogRatioConfidenceSequence

  /// How small the chance of a win within the plan is when it is given up.
  static let futileChance = 0.02

  /// - Parameter level: The chance that the interval ever misses the effect.
  public init(_ metric: Metric, _ cell: CellID, _ aim: Aim, level: Double) throws(StatisticsError) {
    self.metric = metric
    self.cell = cell
    self.aim = aim
    threshold =
      switch aim {
      case .win(let minimumEffect): log1p(minimumEffect)
      case .guardrail(let margin): log1p(-margin)
      }
    sequence = try MeanLogRatioConfidenceSequence(deciding: level)
  }

  /// The blocks taken in.
  public var count: Int { sequence.count }

  /// Takes in how many times better the candidate was in one block, as a logarithm.
  public mutating func observe(_ logRatio: Double) throws(StatisticsError) { try sequence.observe(logRatio) }

  public var state: State {
    let interval = sequence.interval
    if interval.lower > threshold { return .shown }
    guard case .guardrail = aim, interval.upper < threshold else { return .open }
    return .broken
  }

  /// Whether it will hardly be shown with that many more blocks.
  public func isFutile(blocksLeft: Int) -> Bool {
    sequence.chanceOfLower(above: threshold, after: count + blocksLeft) < Self.futileChance
  }
}

extension MeanLogRatioConfidenceSequence {
  /// The sequence that verdicts rest on. `resident calibrate` shows what it does to error rates and numbers of blocks.
  init(deciding level: Double) throws(StatisticsError) { try self.init(alpha: level, effectScale: 1) }
}
