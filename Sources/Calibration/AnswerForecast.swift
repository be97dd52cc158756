import Envelopes
import Foundation
import Measurements
import Statistics

/// Which loss of accuracy the answers of a task can exclude, if both models are equally accurate, and how often they pass.
///
/// By the limits that decide the guardrail in a resident's first challenge.
public struct AnswerForecast: Sendable, Equatable {
  public let task: CellID
  public let items: Int
  /// The loss of accuracy that the guardrail allows, as a share; nil without one.
  public let margin: Double?
  /// Losses larger than this share are excluded if both models have the same items right.
  public let lossOfSameAnswers: Double
  /// The same if the share ``discordantShare`` of items is right by one model alone, half of it by either.
  public let lossOfOtherAnswers: Double

  /// The share of comparisons in which such models pass the guardrail, by simulation; nil without one.
  public let passShare: Double?

  public static let discordantShare = 0.1
  /// The least share that is enough.
  public static let leastPassShare = 0.8

  /// Whether the guardrail is passed by two models that are equally accurate but not alike; nil without one.
  public var isEnough: Bool? { passShare.map { $0 >= Self.leastPassShare } }

  static func all(of envelope: Envelope) throws(StatisticsError) -> [AnswerForecast] {
    var forecasts: [AnswerForecast] = []
    for task in envelope.accuracy where task.kind.hasRightAnswers && !task.items.isEmpty {
      forecasts.append(try AnswerForecast(task, envelope.promotion))
    }
    return forecasts
  }

  private init(_ task: AccuracyTask, _ rule: PromotionRule) throws(StatisticsError) {
    self.task = task.id
    items = task.items.count
    margin = rule.guardrails.first { $0.metric == .accuracy && $0.cell == task.id }?.margin
    let level = rule.guardrailLevel(challenge: 1)
    let other = Int((Double(items) * Self.discordantShare / 2).rounded())
    lossOfSameAnswers = try Self.loss(items, onEachSide: 0, level)
    lossOfOtherAnswers = try Self.loss(items, onEachSide: min(other, items / 2), level)
    guard let margin else {
      passShare = nil
      return
    }
    passShare = try Self.passShare(items, margin, level)
  }

  /// The share of comparisons that pass a guardrail, by simulation.
  ///
  /// - Parameters:
  ///   - discordant: The share of items that one model alone has right.
  ///   - loss: By how much the candidate is less accurate; no more than `discordant`.
  static func passShare(
    _ items: Int, _ margin: Double, _ level: DecisionLevel, discordant: Double = discordantShare, loss: Double = 0,
    simulations: Int = ObjectiveForecast.usualSimulations
  ) throws(StatisticsError) -> Double {
    var random = RandomSource(seed: ObjectiveForecast.usualSeed)
    var passed = 0
    for _ in 0..<simulations {
      var (gains, losses) = (0, 0)
      for _ in 0..<items {
        let draw = random.uniform()
        if draw < (discordant - loss) / 2 { gains += 1 } else if draw < discordant { losses += 1 }
      }
      let answers = try PairedAnswers(
        bothRight: items - gains - losses, onlyResidentRight: losses, onlyCandidateRight: gains, bothWrong: 0)
      let sequence = try AccuracyDifferenceConfidenceSequence(alpha: level.alpha, of: answers)
      if sequence.logEValue(against: -margin, alternative: .greater) >= -log(level.alpha) { passed += 1 }
    }
    return Double(passed) / Double(simulations)
  }

  private static func loss(
    _ items: Int, onEachSide discordant: Int, _ level: DecisionLevel
  ) throws(StatisticsError) -> Double {
    let answers = try PairedAnswers(
      bothRight: items - 2 * discordant, onlyResidentRight: discordant, onlyCandidateRight: discordant, bothWrong: 0)
    let interval = try answers.accuracyDifferenceInterval(level)
    return -interval.lower
  }
}
