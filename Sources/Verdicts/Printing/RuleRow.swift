import Statistics
import Measurements

/// An objective or guardrail in words and figures, as every output for people shows it.
struct RuleRow {
  /// The metric and where it was measured.
  let title: String
  var effect = "-"
  var interval = "-"
  /// What the interval, or the bound, has to lie beyond.
  let limit: String
  /// What it rests on.
  var count = "-"
  let state: String
  /// What must be read next to the effect.
  var beside = ""
  private let judged: RecordedRule.State

  func isState(_ state: ObjectiveResult.State) -> Bool { judged == .objective(state) }
  func isState(_ state: GuardrailResult.State) -> Bool { judged == .guardrail(state) }

  /// The effect with its interval and limit: `+8.31 % ([+6.90, +9.70] %, needed > +2.00 %, from 10 blocks)`.
  func details(_ limitWord: String) -> String {
    guard effect != "-" else { return "not measured" }
    let parts = [interval == "-" ? nil : interval, "\(limitWord) \(limit)", count == "-" ? nil : "from \(count)"]
    return "\(effect) (\(parts.compactMap(\.self).joined(separator: ", ")))"
  }

  /// The same for a sentence, with the title.
  func clause(_ limitWord: String) -> String { "\(title) \(details(limitWord))" }

  static let columns = ["effect", "interval", "limit", "from", "state"]
  var cells: [String] { [effect, interval, limit, count, state] }
}

extension ObjectiveResult {
  var row: RuleRow { RuleRow(RecordedRule(self), effect) }
}

extension GuardrailResult {
  var row: RuleRow { RuleRow(RecordedRule(self), effect) }
}

extension RuleRow {
  /// A rule that was judged just now, with what stands beside its effect.
  fileprivate init(_ rule: RecordedRule, _ effect: Effect?) {
    self.init(rule, pair: effect?.pair ?? "block")
    if let effect { beside = effect.beside }
  }

  /// - Parameter pair: What a ratio's pairs are of: `block` or `round`.
  init(_ rule: RecordedRule, pair: String) {
    let (metric, limit) = (rule.metric, rule.limit)
    title = rule.cellCount > 1 ? "\(metric.title) of all \(rule.cellCount) cells" : metric.title(in: rule.cell)
    judged = rule.state
    switch rule.state {
    case .objective(let judged):
      self.limit =
        switch metric.comparison {
        case .difference: "> \(Figures.points(limit))"
        case .correlation: "> \(Figures.rho(limit))"
        case .nats: "< \(Figures.nats(-limit))"
        case .ratio, .share, .bound, .limit, .recorded: "> \(Figures.signedPercent(limit))"
        }
      state = [judged.rawValue, rule.standing?.rawValue].compactMap(\.self).map { $0.replacing("_", with: " ") }
        .joined(separator: ", ")
    case .guardrail(let judged):
      self.limit =
        switch metric {
        case .peakMemory:
          "<= \(Figures.times(1 + limit))" + (rule.budgetBytes.map { " and <= \(Figures.bytes($0))" } ?? "")
        case .flips: "< \(Figures.percent(limit))"
        case .accuracy, .noneAccuracy, .topThreeAccuracy, .validToolCallRate, .answeredShare, .discountedGain, .recall:
          "> \(Figures.points(-limit))"
        case .rankCorrelation: "> \(Figures.rho(-limit))"
        case .firstDegradedRound: ">= \(Figures.times(1 - limit))"
        case .perplexity, .divergence: "< \(Figures.nats(limit))"
        case .memoryGrowthPerRequest, .memoryGrowthPerHour, .rateDrift, .swapTaken:
          "<= \(Figures.limited(limit, metric))"
        default: "> \(Figures.signedPercent(-limit))"
        }
      state = judged.rawValue.replacing("_", with: " ")
    }
    if let effect = rule.effect { add(effect, of: metric, pair: pair) }
  }

  private mutating func add(_ effect: RecordedEffect, of metric: Metric, pair: String) {
    let value = effect.value ?? .nan
    let (lower, upper) = (effect.lower ?? -.infinity, effect.upper ?? .infinity)
    func counted(_ noun: String) -> String { effect.count.map { Figures.count($0, noun) } ?? "-" }
    switch effect.kind {
    case .betterRatio:
      self.effect = Figures.signedPercent(value - 1)
      interval = Figures.interval(lower - 1, upper - 1, unit: "%")
      count = counted(pair)
    case .shareDifference:
      self.effect = Figures.points(value)
      interval = Figures.interval(lower, upper, unit: "pp")
      count = counted("item")
    case .flippedShare:
      self.effect = Figures.percent(value)
      interval = Figures.interval(lower, upper, format: "%.2f", unit: "%")
      count = counted("item")
    case .natsDifference:
      self.effect = Figures.nats(value)
      interval = "[\(Figures.nats(lower, unit: "")), \(Figures.nats(upper, unit: ""))] nats/token"
      count = counted("token")
    case .correlationDifference:
      self.effect = Figures.rho(value)
      interval = "[\(Figures.rho(lower, unit: "")), \(Figures.rho(upper, unit: ""))] rho"
      count = counted("pair")
    case .candidateToResidentRatio:
      self.effect = Figures.times(value)
      count = "1 run each"
    case .limitedFigure:
      self.effect = Figures.limited(value, metric)
      if lower < upper {
        interval = "[\(Figures.limited(lower, metric)), \(Figures.limited(upper, metric))]"
      }
      count = counted("request")
    case .firstDegradedRound:
      self.effect = Figures.times(value)
      interval = Figures.rounds(ConfidenceInterval(lower: lower, upper: upper, confidence: 0)) + "x"
      count = "1 loop each"
    }
  }
}

extension Effect {
  /// What a ratio's pairs are of; nil for effects that have none.
  fileprivate var pair: String? { if case .ratio(let effect) = self { effect.noun } else { nil } }

  /// What must be read next to the effect.
  fileprivate var beside: String {
    switch self {
    case .ratio(let effect):
      let interval = effect.fixedSampleInterval
      return "fixed-sample \(Figures.interval(interval.lower - 1, interval.upper - 1, unit: "%"))"
    case .accuracy(let effect):
      return "\(Figures.percent(effect.flips.share)) of answers changed (\(effect.flips.flipped) of \(effect.items)),"
        + " McNemar p = \(Figures.probability(effect.mcnemarPValue)); right to wrong \(effect.flips.rightToWrong),"
        + " wrong to right \(effect.flips.wrongToRight), to another wrong \(effect.flips.wrongToOtherWrong)"
    case .flips(let flips): return "\(flips.flipped) of \(Figures.count(flips.items, "answer")) changed"
    case .text(let effect):
      return
        "resident \(Figures.plain(effect.residentMean)), candidate \(Figures.plain(effect.candidateMean)) nats/token"
    case .score(let effect):
      return "resident \(Figures.percent(effect.residentMean)), candidate \(Figures.percent(effect.candidateMean));"
        + " \(effect.better) of \(Figures.count(effect.items, "item")) better, \(effect.worse) worse"
    case .correlation(let effect):
      return "resident \(Figures.plain(effect.residentRho)), candidate \(Figures.plain(effect.candidateRho)) rho"
    case .peakMemory(let memory):
      return "resident \(Figures.bytes(memory.residentBytes)), candidate \(Figures.bytes(memory.candidateBytes))"
    case .limit(let effect):
      return "resident \(effect.residentValue.map { Figures.limited($0, effect.metric) } ?? "unknown")"
    case .degradedRounds(let rounds):
      return "resident \(rounds.residentText), candidate \(rounds.candidateText)"
    }
  }
}

extension Verdict {
  /// Each objective with its effect, one per line.
  public var objectiveLines: [String] { objectives.map { "\($0.row.clause("needed")) \($0.row.beside)" } }
}

extension Metric {
  func title(in cell: CellID?) -> String { cell.map { "\(title) of \($0)" } ?? title }
}
