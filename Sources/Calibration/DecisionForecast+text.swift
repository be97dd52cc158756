import Foundation
import Measurements

extension DecisionForecast {
  /// The forecast for people, about 100 columns wide; several lines without a trailing newline.
  public var text: String {
    let sections: [[String]] = [
      ["What it can decide"] + (effects.map { lines(of: $0) } ?? Self.paragraph("only throughput is forecast")),
      answerLines,
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private func lines(of forecast: EffectForecast) -> [String] {
    let objective = forecast.objective
    let cells = objective.cells.map(\.cell.rawValue).joined(separator: ", ")
    let head = ["effect", "won within \(envelope.plan.blocks) rounds", "ends after (median)"]
    let time = duration == nil ? [] : ["which takes"]
    let rows: [[String]] = [head + time + [""]] + forecast.outlooks.map(row)
    let table = TextTable(aligning: rows)
    return Self.paragraph(
      "How often the objective is won, by how much the candidate's \(objective.metric.title) (\(cells)) is"
        + " \(objective.metric.direction.rawValue):")
      + rows.map { "    " + table.line($0) }
      + Self.paragraph(Self.smallestText(forecast) + " " + equalsText(forecast))
      + Self.paragraph(Self.noiseText(forecast.noise)) + Self.paragraph(durationText)
      + Self.paragraph(
        "By \(forecast.simulations) simulated comparisons per effect, each a resident's first challenge. Rounds are"
          + " drawn as independent normal values; guardrails, answers and void rounds are left out, so a real win takes"
          + " as many rounds or more. `resident calibrate` simulates slices and guardrails too.")
  }

  private func row(_ outlook: ObjectiveForecast.Outlook) -> [String] {
    let time = minutes(rounds: outlook.medianRounds).map { [Self.minutes($0)] } ?? []
    return [Self.percent(outlook.effect), Self.percent(outlook.wonShare, "%.0f"), "\(outlook.medianRounds) rounds"]
      + time + [""]
  }

  private static func smallestText(_ forecast: EffectForecast) -> String {
    let smallest = forecast.smallestEffect.map { percent($0) } ?? "none up to \(percent(EffectForecast.largestEffect))"
    return "The smallest effect that is found in \(percent(EffectForecast.detection)) of comparisons: \(smallest)."
  }

  private func equalsText(_ forecast: EffectForecast) -> String {
    let rounds = forecast.equals.medianRounds
    let time = minutes(rounds: rounds).map { ", which take \(Self.minutes($0))" } ?? ""
    return "A comparison of equals ends after \(rounds) rounds (median)\(time)."
  }

  private static func noiseText(_ noise: RoundNoise) -> String {
    let source =
      switch noise.source {
      case .rounds(let rounds, let comparisons):
        "measured on this host in \(rounds) rounds of \(comparisons) "
          + (comparisons == 1 ? "comparison" : "comparisons") + " under this envelope"
      case .slices(let requests):
        "computed from the scatter of slices and loads in \(requests) requests that are stored of this host"
      case .assumed: "assumed, since too few samples of this host are stored"
      }
    return "A round's log-ratio scatters by \(percent(noise.deviation)) (standard deviation): \(source)."
  }

  private var durationText: String {
    guard let duration else {
      return "Minutes are not measured on this host yet: after the first comparison this says minutes."
    }
    let models = "\(duration.candidate) against \(duration.resident)"
    let round = Self.seconds(duration.roundSeconds)
    switch duration.source {
    case .rounds:
      let other = duration.otherSeconds.flatMap { $0 > 0 ? " and answers and texts \(Self.seconds($0))" : nil } ?? ""
      return "A round takes \(round)\(other), as in the newest comparison under this envelope on this host:"
        + " \(models)."
    case .tokens:
      return "A round takes about \(round), by loads and times per token of the newest comparison on this host,"
        + " \(models) under another envelope; answers, texts and tool loops are not counted."
    }
  }

  private var answerLines: [String] {
    guard !answers.isEmpty else { return [] }
    let items = answers.reduce(0) { $0 + $1.items }
    let differing = Self.percent(AnswerForecast.discordantShare)
    let head = [
      "task", "items", "allowed loss", "excluded, same answers", "excluded, \(differing) differ", "pass", "",
    ]
    let rows: [[String]] = [head] + answers.map(Self.row)
    let table = TextTable(aligning: rows)
    return ["What its \(items) answers can exclude"]
      + Self.paragraph(
        "If both models are equally accurate, every loss of accuracy larger than this is excluded: if both have the"
          + " same items right, and if \(differing) of the items are right by one model alone, half of them by either. Beside"
          + " it is the share of comparisons of such models that pass the guardrail, the others leave it open; items are"
          + " too few below \(Self.percent(AnswerForecast.leastPassShare)).")
      + rows.map { "    " + table.line($0) }
  }

  private static func row(_ answer: AnswerForecast) -> [String] {
    [
      answer.task.rawValue, "\(answer.items)", answer.margin.map(points) ?? "-", points(answer.lossOfSameAnswers),
      points(answer.lossOfOtherAnswers), answer.passShare.map { percent($0, "%.0f") } ?? "-",
      answer.isEnough == false ? "too few" : "",
    ]
  }

  private static func paragraph(_ text: String) -> [String] { text.wrapped(width: 100, indentation: 2) }

  /// Three significant digits: `4.35 %`.
  private static func percent(_ share: Double) -> String { percent(share, "%.3g") }

  private static func percent(_ share: Double, _ format: String) -> String {
    String(format: format, share * 100) + " %"
  }

  private static func points(_ share: Double) -> String { String(format: "%.1f", share * 100) + " points" }
  private static func minutes(_ minutes: Double) -> String { String(format: "%.1f", minutes) + " min" }
  private static func seconds(_ seconds: Double) -> String { String(format: "%.1f", seconds) + " s" }
}
