import Foundation
import Measurements

/// An objective or guardrail as the evidence shows it: both sides' values, the effect, its interval on an axis, the state.
///
/// Every output for people shows a rule by one of these, whether it was judged just now or was recorded.
public struct EvidenceRow: Sendable, Equatable {
  public let title: String
  /// Each side's value with its unit; a dash for what joins cells.
  public private(set) var resident = "-"
  public private(set) var candidate = "-"
  /// Signed percent of what was measured where more of it is better, "9.5 % less" where less is.
  public private(set) var effect = "-"
  /// Nil for a bound, which is one figure without an interval.
  public private(set) var bar: EffectBar?
  /// What stands in place of a bar.
  public private(set) var remark = ""
  /// What the rule asks for, in the effect's notation: `needed +3 %`, `5 % more allowed`.
  public let limit: String
  public let state: RuleState

  static let columns = ["resident", "candidate", "effect"]

  /// - Parameters:
  ///   - facts: The means of the cells.
  ///   - isMeasuring: Whether more blocks come, so that what is not decided is open.
  public init(_ rule: RecordedRule, _ facts: [RecordedFacts] = [], isMeasuring: Bool = false) {
    let (metric, cell) = (rule.metric, rule.cell)
    title = rule.cellCount > 1 ? "\(metric.brief), all \(rule.cellCount) cells" : metric.brief(in: cell)
    let judged = rule.ruleState
    state = isMeasuring && [.tooNoisy, .notShown].contains(judged) ? .open : judged
    if rule.isObjective {
      limit = "needed \(metric.change(rule.limit))"
    } else {
      let budget = rule.budgetBytes.map { " and \(Figures.bytes($0)) in all" } ?? ""
      limit =
        metric.comparison == .limit
        ? "at most \(Figures.limited(rule.limit, metric)) allowed" : "\(metric.change(-rule.limit))\(budget) allowed"
      remark = Self.remark(rule)
    }
    resident = Self.value(of: metric, cell, .resident, facts)
    candidate = Self.value(of: metric, cell, .candidate, facts)
    if let effect = rule.effect, let value = effect.value {
      add(effect, value, metric, limit: rule.isObjective ? rule.limit : -rule.limit)
    }
  }

  private static func remark(_ rule: RecordedRule) -> String {
    switch rule.metric {
    case .peakMemory:
      "limit \(Figures.brief(percent: rule.limit)) more" + (rule.budgetBytes.map { " and \(Figures.bytes($0))" } ?? "")
    case .flips: "limit \(Figures.brief(percent: rule.limit))"
    case .firstDegradedRound: "limit \(Figures.brief(percent: rule.limit)) earlier, one loop each"
    default: rule.metric.comparison == .limit ? "limit \(Figures.limited(rule.limit, rule.metric))" : ""
    }
  }

  /// - Parameter limit: What the effect has to be above: relative for ratios, absolute for shares, nats and correlations.
  private mutating func add(_ effect: RecordedEffect, _ value: Double, _ metric: Metric, limit: Double) {
    let (lower, upper) = (effect.lower ?? -.infinity, effect.upper ?? .infinity)
    switch effect.kind {
    case .betterRatio:
      let change = metric.direction == .higher ? value - 1 : 1 / value - 1
      self.effect = Figures.change(change, isMoreBetter: metric.direction == .higher)
      bar = EffectBar(estimate: value - 1, lower: max(lower, 0) - 1, upper: upper - 1, limit: limit)
    case .shareDifference:
      show(effect) { Figures.brief(percent: $0) }
      self.effect = Figures.briefPoints(value)
      bar = EffectBar(estimate: value, lower: lower, upper: upper, limit: limit)
    case .correlationDifference:
      show(effect) { Figures.plain($0) + " rho" }
      self.effect = Figures.rho(value)
      bar = EffectBar(estimate: value, lower: lower, upper: upper, limit: limit)
    case .natsDifference:
      if metric == .perplexity {
        // A perplexity is the exponential of the mean; as many times more of it is the difference's.
        self.effect = Figures.change(exp(value) - 1, isMoreBetter: false)
      } else {
        show(effect) { Figures.plain($0) + " nats" }
        self.effect = Figures.nats(value, unit: " nats")
      }
      bar = EffectBar(
        estimate: exp(-value) - 1, lower: exp(-upper) - 1, upper: exp(-lower) - 1, limit: exp(limit) - 1)
    case .flippedShare: self.effect = "\(Figures.brief(percent: value)) changed"
    case .candidateToResidentRatio:
      show(effect) { Int64(exactly: $0.rounded()).map(Figures.bytes) ?? "-" }
      self.effect = Figures.change(value - 1, isMoreBetter: false)
    case .limitedFigure:
      show(effect) { Figures.limited($0, metric) }
      self.effect = Figures.limited(value, metric)
      if let lower = effect.lower, let upper = effect.upper, lower < upper {
        remark = "\(Figures.limited(lower, metric)) to \(Figures.limited(upper, metric)), \(remark)"
      }
    case .firstDegradedRound:
      resident = effect.resident.map { "round \(Figures.plain($0))" } ?? "none"
      candidate = effect.candidate.map { "round \(Figures.plain($0))" } ?? "none"
      self.effect = Figures.change(value - 1, isMoreBetter: true)
    }
  }

  /// Both sides' values, where the effect has them.
  private mutating func show(_ effect: RecordedEffect, _ text: (Double) -> String) {
    if let value = effect.resident { resident = text(value) }
    if let value = effect.candidate { candidate = text(value) }
  }

  /// The mean that a side's facts have; a dash if they have none, as for an objective that joins cells.
  private static func value(of metric: Metric, _ cell: CellID?, _ side: Side, _ facts: [RecordedFacts]) -> String {
    let figures = facts.first { $0.cell == cell && $0.side == side }?.figures
    guard let figure = figures?.first(where: { $0.metric == metric }) else { return "-" }
    return figure.text
  }
}

extension CellFacts.Figure {
  /// With its unit, for a table.
  public var text: String {
    let shown = Figures.measured(value)
    switch metric.unit {
    case "share": return Figures.brief(percent: value)
    case "bytes/request", "bytes/hour": return Figures.limited(value, metric)
    case "bytes": return Int64(exactly: value.rounded()).map(Figures.bytes) ?? "-"
    case "tokens/s": return shown + " t/s"
    case "tokens" where metric == .perplexity: return shown
    default: return "\(shown) \(metric.unit)"
    }
  }
}

extension ObjectiveResult {
  var ruleState: RuleState { RecordedRule(self).ruleState }
  func evidenceRow(_ facts: [CellFacts]) -> EvidenceRow {
    EvidenceRow(RecordedRule(self), facts.map(RecordedFacts.init))
  }
}

extension GuardrailResult {
  var ruleState: RuleState { RecordedRule(self).ruleState }
  func evidenceRow(_ facts: [CellFacts]) -> EvidenceRow {
    EvidenceRow(RecordedRule(self), facts.map(RecordedFacts.init))
  }
}

extension Metric {
  /// A change of so much for the better, in the notation of effects: relative for ratios, absolute for shares and nats.
  fileprivate func change(_ better: Double) -> String {
    switch comparison {
    // A bound on the candidate's bytes over the resident's, not on a rate.
    case .ratio where self == .peakMemory: Figures.change(-better, isMoreBetter: false)
    case .ratio, .recorded, .bound, .limit:
      Figures.change(direction == .higher ? better : 1 / (1 + better) - 1, isMoreBetter: direction == .higher)
    case .difference: Figures.briefPoints(better)
    case .correlation: Figures.rho(better)
    case .share: Figures.brief(percent: better.magnitude)
    case .nats:
      self == .perplexity
        ? Figures.change(exp(-better) - 1, isMoreBetter: false) : Figures.nats(-better, unit: " nats")
    }
  }

  /// The title in a few words.
  var brief: String {
    switch self {
    case .cumulativeTokensPerSecond: "throughput"
    case .firstTokenLatency: "first token"
    case .totalTime: "total time"
    case .steadyTokenShare: "steady tokens"
    case .worstSecond: "worst second"
    case .turnLatencyP50: "turn p50"
    case .turnLatencyP95: "turn p95"
    case .turnFirstToken: "first token of a turn"
    case .loopTokensPerSecond: "rate of the loop"
    case .cachedPrefixTokens: "cached prefix"
    case .memoryGrowthPerRequest: "memory per request"
    case .memoryGrowthPerHour: "memory per hour"
    case .rateDrift: "rate lost"
    case .topThreeAccuracy: "top-3 accuracy"
    case .rankCorrelation: "Spearman's rho"
    case .embedLatencyP50: "embedding p50"
    case .embedLatencyP95: "embedding p95"
    default: title
    }
  }

  func brief(in cell: CellID?) -> String { cell.map { "\(brief), \($0)" } ?? brief }
}
