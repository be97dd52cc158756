import Foundation
import Measurements
import Statistics

/// An objective or guardrail as the evidence shows it: both sides' values, the effect, its interval on an axis, the state.
struct EvidenceRow {
  let title: String
  var resident = "-"
  var candidate = "-"
  /// Signed percent of what was measured where more of it is better, "9.5 % less" where less is.
  var effect = "-"
  /// Nil for a bound, which is one figure without an interval.
  var bar: EffectBar?
  /// What stands in place of a bar.
  var remark = ""
  /// What the rule asks for, in the effect's notation: `needed +3 %`, `5 % more allowed`.
  var limit = ""
  let state: RuleState

  static let columns = ["resident", "candidate", "effect"]
}

/// What became of a rule, in the words of every output for people.
enum RuleState: String, CaseIterable {
  /// An objective is shown to be better than it has to be.
  case shown
  /// An objective's estimate is not beyond what it has to be.
  case notShown = "not shown"
  /// A guardrail is shown to hold.
  case ok
  /// A guardrail is shown not to hold.
  case broken
  /// There are too few items to tell.
  case open
  /// The blocks differ by too much to tell.
  case tooNoisy = "too noisy"
  /// There are too few blocks for an interval.
  case noBoundYet = "no bound yet"
  case noData = "no data"
}

extension ObjectiveResult {
  var ruleState: RuleState {
    switch state {
    case .won: .shown
    case .noData: .noData
    case .notShown:
      switch effect {
      case .ratio(let ratio)? where !ratio.interval.upper.isFinite || ratio.interval.lower <= 0: .noBoundYet
      case .ratio(let ratio)?: ratio.ratio > 1 + minimumEffect ? .tooNoisy : .notShown
      case .accuracy(let accuracy)?: accuracy.difference > minimumEffect ? .open : .notShown
      case .text(let text)?: text.difference < -minimumEffect ? .open : .notShown
      default: .notShown
      }
    }
  }

  func evidenceRow(_ facts: [CellFacts]) -> EvidenceRow {
    let title = cells.count > 1 ? "\(metric.brief), all \(cells.count) cells" : metric.brief(in: cell)
    var row = EvidenceRow(title: title, state: ruleState).adding(effect, metric, cell, limit: minimumEffect, facts)
    row.limit = "needed \(metric.change(minimumEffect))"
    return row
  }
}

extension GuardrailResult {
  var ruleState: RuleState {
    switch state {
    case .passed: .ok
    case .broken: .broken
    case .noData: .noData
    case .unresolved:
      switch effect {
      case .ratio(let ratio)?: ratio.interval.upper.isFinite && ratio.interval.lower > 0 ? .tooNoisy : .noBoundYet
      default: .open
      }
    }
  }

  func evidenceRow(_ facts: [CellFacts]) -> EvidenceRow {
    var row = EvidenceRow(title: metric.brief(in: cell), state: ruleState)
      .adding(effect, metric, cell, limit: -margin, facts)
    row.limit = "\(metric.change(-margin))\(budgetBytes.map { " and \(Figures.bytes($0)) in all" } ?? "") allowed"
    switch metric {
    case .peakMemory:
      row.remark = "limit \(Figures.brief(percent: margin)) more"
      if let budgetBytes { row.remark += " and \(Figures.bytes(budgetBytes))" }
    case .flips: row.remark = "limit \(Figures.brief(percent: margin))"
    case .firstDegradedRound: row.remark = "limit \(Figures.brief(percent: margin)) earlier, one loop each"
    default: break
    }
    return row
  }
}

extension EvidenceRow {
  /// - Parameter limit: What the effect has to be above: relative for ratios, absolute for shares and nats.
  fileprivate func adding(
    _ effect: Effect?, _ metric: Metric, _ cell: CellID?, limit: Double, _ facts: [CellFacts]
  ) -> EvidenceRow {
    var row = self
    row.resident = Self.value(of: metric, cell, .resident, facts)
    row.candidate = Self.value(of: metric, cell, .candidate, facts)
    switch effect {
    case .ratio(let effect):
      let change = metric.direction == .higher ? effect.ratio - 1 : 1 / effect.ratio - 1
      row.effect = Figures.change(change, isMoreBetter: metric.direction == .higher)
      row.bar = EffectBar(
        estimate: effect.ratio - 1, lower: effect.interval.lower - 1, upper: effect.interval.upper - 1, limit: limit)
    case .accuracy(let effect):
      row.resident = Figures.brief(percent: effect.residentAccuracy)
      row.candidate = Figures.brief(percent: effect.candidateAccuracy)
      row.effect = Figures.briefPoints(effect.difference)
      row.bar = EffectBar(
        estimate: effect.difference, lower: effect.interval.lower, upper: effect.interval.upper, limit: limit)
    case .text(let effect):
      if metric == .perplexity {
        // A perplexity is the exponential of the mean; as many times more of it is the difference's.
        row.effect = Figures.change(exp(effect.difference) - 1, isMoreBetter: false)
      } else {
        row.resident = Figures.plain(effect.residentMean) + " nats"
        row.candidate = Figures.plain(effect.candidateMean) + " nats"
        row.effect = Figures.nats(effect.difference, unit: " nats")
      }
      row.bar = EffectBar(
        estimate: exp(-effect.difference) - 1, lower: exp(-effect.interval.upper) - 1,
        upper: exp(-effect.interval.lower) - 1, limit: exp(limit) - 1)
    case .flips(let flips): row.effect = "\(Figures.brief(percent: flips.share)) changed"
    case .peakMemory(let memory):
      row.resident = Figures.bytes(memory.residentBytes)
      row.candidate = Figures.bytes(memory.candidateBytes)
      row.effect = Figures.change(memory.ratio - 1, isMoreBetter: false)
    case .degradedRounds(let rounds):
      row.resident = rounds.resident.map { "round \($0)" } ?? "none"
      row.candidate = rounds.candidate.map { "round \($0)" } ?? "none"
      row.effect = Figures.change(rounds.ratio - 1, isMoreBetter: true)
    case nil: break
    }
    return row
  }

  /// The mean that a side's facts have; a dash if they have none, as for an objective that joins cells.
  private static func value(of metric: Metric, _ cell: CellID?, _ side: Side, _ facts: [CellFacts]) -> String {
    let figures = facts.first { $0.cell == cell && $0.side == side }?.figures
    guard let figure = figures?.first(where: { $0.metric == metric }) else { return "-" }
    let value = Figures.measured(figure.value)
    switch metric.unit {
    case "share": return Figures.brief(percent: figure.value)
    case "bytes": return Figures.bytes(Int64(figure.value))
    case "tokens/s": return value + " t/s"
    case "tokens" where metric == .perplexity: return value
    default: return "\(value) \(metric.unit)"
    }
  }
}

extension Metric {
  /// A change of so much for the better, in the notation of effects: relative for ratios, absolute for shares and nats.
  fileprivate func change(_ better: Double) -> String {
    switch comparison {
    // A bound on the candidate's bytes over the resident's, not on a rate.
    case .ratio where self == .peakMemory: Figures.change(-better, isMoreBetter: false)
    case .ratio, .recorded, .bound:
      Figures.change(direction == .higher ? better : 1 / (1 + better) - 1, isMoreBetter: direction == .higher)
    case .difference: Figures.briefPoints(better)
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
    case .topThreeAccuracy: "top-3 accuracy"
    case .embedLatencyP50: "embedding p50"
    case .embedLatencyP95: "embedding p95"
    default: title
    }
  }

  func brief(in cell: CellID?) -> String { cell.map { "\(brief), \($0)" } ?? brief }
}
