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

  /// The effect with its interval and limit: `+8.31 % ([+6.90, +9.70] %, needed > +2.00 %, from 10 blocks)`.
  func details(_ limitWord: String) -> String {
    guard effect != "-" else { return "not measured" }
    let parts = [interval == "-" ? nil : interval, "\(limitWord) \(limit)", "from \(count)"]
    return "\(effect) (\(parts.compactMap(\.self).joined(separator: ", ")))"
  }

  /// The same for a sentence, with the title.
  func clause(_ limitWord: String) -> String { "\(title) \(details(limitWord))" }

  static let columns = ["effect", "interval", "limit", "from", "state"]
  var cells: [String] { [effect, interval, limit, count, state] }
}

extension ObjectiveResult {
  var row: RuleRow {
    let limit =
      switch metric.comparison {
      case .difference: "> \(Figures.points(minimumEffect))"
      case .nats: "< \(Figures.nats(-minimumEffect))"
      case .ratio, .share, .bound, .recorded: "> \(Figures.signedPercent(minimumEffect))"
      }
    let words = [state.rawValue, standing?.rawValue].compactMap(\.self).map { $0.replacing("_", with: " ") }
    return RuleRow(
      title: cells.count > 1 ? "\(metric.title) of all \(cells.count) cells" : metric.title(in: cell), limit: limit,
      state: words.joined(separator: ", ")
    ).adding(effect)
  }
}

extension GuardrailResult {
  var row: RuleRow {
    let limit =
      switch metric {
      case .peakMemory:
        "<= \(Figures.times(1 + margin))" + (budgetBytes.map { " and <= \(Figures.bytes($0))" } ?? "")
      case .flips: "< \(Figures.percent(margin))"
      case .accuracy, .noneAccuracy, .topThreeAccuracy, .validToolCallRate, .answeredShare:
        "> \(Figures.points(-margin))"
      case .firstDegradedRound: ">= \(Figures.times(1 - margin))"
      case .perplexity, .divergence: "< \(Figures.nats(margin))"
      default: "> \(Figures.signedPercent(-margin))"
      }
    return RuleRow(title: metric.title(in: cell), limit: limit, state: state.rawValue.replacing("_", with: " "))
      .adding(effect)
  }
}

extension Verdict {
  /// Each objective with its effect, one per line.
  public var objectiveLines: [String] { objectives.map { "\($0.row.clause("needed")) \($0.row.beside)" } }
}

extension Metric {
  func title(in cell: CellID?) -> String { cell.map { "\(title) of \($0)" } ?? title }
}

extension RuleRow {
  fileprivate func adding(_ effect: Effect?) -> RuleRow {
    var row = self
    switch effect {
    case .ratio(let effect):
      row.effect = Figures.signedPercent(effect.ratio - 1)
      row.interval = Self.relative(effect.interval)
      row.count = Figures.count(effect.blocks, effect.noun)
      row.beside = "fixed-sample \(Self.relative(effect.fixedSampleInterval))"
    case .accuracy(let effect):
      row.effect = Figures.points(effect.difference)
      row.interval = Figures.interval(effect.interval.lower, effect.interval.upper, unit: "pp")
      row.count = Figures.count(effect.items, "item")
      row.beside =
        "\(Figures.percent(effect.flips.share)) of answers changed (\(effect.flips.flipped) of \(effect.items)),"
        + " McNemar p = \(Figures.probability(effect.mcnemarPValue)); right to wrong \(effect.flips.rightToWrong),"
        + " wrong to right \(effect.flips.wrongToRight), to another wrong \(effect.flips.wrongToOtherWrong)"
    case .flips(let flips):
      row.effect = Figures.percent(flips.share)
      row.interval = Figures.interval(flips.interval.lower, flips.interval.upper, format: "%.2f", unit: "%")
      row.count = Figures.count(flips.items, "item")
      row.beside = "\(flips.flipped) of \(Figures.count(flips.items, "answer")) changed"
    case .text(let effect):
      row.effect = Figures.nats(effect.difference)
      row.interval =
        "[\(Figures.nats(effect.interval.lower, unit: "")), \(Figures.nats(effect.interval.upper, unit: ""))] nats/token"
      row.count = Figures.count(effect.tokens, "token")
      row.beside =
        "resident \(Figures.plain(effect.residentMean)), candidate \(Figures.plain(effect.candidateMean)) nats/token"
    case .peakMemory(let memory):
      row.effect = Figures.times(memory.ratio)
      row.count = "1 run each"
      row.beside = "resident \(Figures.bytes(memory.residentBytes)), candidate \(Figures.bytes(memory.candidateBytes))"
    case .degradedRounds(let rounds):
      row.effect = Figures.times(rounds.ratio)
      row.interval = Figures.rounds(rounds.interval) + "x"
      row.count = "1 loop each"
      row.beside = "resident \(rounds.residentText), candidate \(rounds.candidateText)"
    case nil: break
    }
    return row
  }

  private static func relative(_ interval: ConfidenceInterval) -> String {
    Figures.interval(interval.lower - 1, interval.upper - 1, unit: "%")
  }
}
