import Foundation
import Statistics
import Measurements

extension Verdict {
  /// Why the verdict is what it is, what is missing for another one and how much more measuring that would take, as
  /// paragraphs without line breaks.
  public var explanation: [String] {
    [Self.meaning(of: outcome), reason] + stopText + loadText + refusals.map { "Refused: \($0)." }
      + gaps.map { "Missing: \($0)." } + objectives.map(sentence) + guardrails.map(sentence) + challengeText
      + maturityText
  }

  private static func meaning(of outcome: Outcome) -> String {
    switch outcome {
    case .promote: "The verdict is to promote: an objective is won and every guardrail is passed."
    case .hold: "The verdict is to hold: the candidate was not shown to win anything, so the resident stays."
    case .reject: "The verdict is to reject: the candidate was shown to be worse than a guardrail allows, or it failed."
    case .inconclusive: "Nothing is decided: the evidence is refused, lacks something, or leaves a guardrail open."
    }
  }

  private var stopText: [String] {
    switch stop {
    case .win: ["Measuring ended as soon as an objective was won and the guardrails on throughput were passed."]
    case .brokenGuardrail: ["Measuring ended as soon as a guardrail was broken."]
    case .futility: ["Measuring ended because a win within the plan had become unlikely (less than 2 %)."]
    case .undecidable:
      ["Measuring ended because a guardrail had become unlikely to be shown within the plan (less than 2 %)."]
    case .guarded:
      ["Measuring blocks ended as soon as the guardrails on throughput were passed: the objective is elsewhere."]
    case .planLimit: ["Measuring ended because the plan has no more blocks."]
    case nil: []
    }
  }

  private var loadText: [String] {
    guard let loadMargin else { return [] }
    return [
      "The server was not restarted between rounds, so whatever its load brought with it is in every round, and no number"
        + " of rounds averages it: both ends of the intervals of ratios are moved by a margin of"
        + " \(Figures.plain(100 * loadMargin)) %."
    ]
  }

  private func sentence(_ objective: ObjectiveResult) -> String {
    let row = objective.row
    switch objective.state {
    case .won: return "Won: \(row.clause("needed"))."
    case .noData: return "No data: \(row.title)."
    case .notShown:
      guard case .ratio(let effect)? = objective.effect else {
        return "Not won: \(row.clause("needed")); more items of the same kind are needed."
      }
      let outlook = effect.outlook(beyond: 1 + objective.minimumEffect)
      return "Not won: \(row.clause("needed")); \(outlook)."
    }
  }

  private func sentence(_ guardrail: GuardrailResult) -> String {
    let row = guardrail.row
    switch guardrail.state {
    case .passed: return "Passed: \(row.clause("allowed"))."
    case .broken: return "Broken: \(row.clause("allowed"))."
    case .noData: return "No data, which is not passed: \(row.title)."
    case .unresolved:
      let outlook =
        switch guardrail.effect {
        case .ratio(let effect)?: effect.outlook(beyond: 1 - guardrail.margin)
        case .accuracy(let effect)?: effect.outlook(above: -guardrail.margin)
        default: "more items are needed"
        }
      return "Open: \(row.clause("allowed")); \(outlook)."
    }
  }

  private var challengeText: [String] {
    guard challenge.number > 1 else { return [] }
    return [
      "This is challenge \(challenge.number) of this resident, so an objective has to be shown at"
        + " \(Figures.confidence(1 - challenge.level)) confidence: who tries many candidates finds one that is lucky."
    ]
  }

  private var maturityText: [String] {
    guard isProvisional else { return ["The verdict is final."] }
    let missing = max(maturity.needed - maturity.validated, 0)
    let classes = maturity.missingEnvironments.map { ", one of them \($0)" }.joined()
    return [
      "The verdict is provisional; \(Figures.count(missing, "more validated comparison")) of the same weights would make"
        + " it final\(classes)."
    ]
  }
}

extension RatioEffect {
  /// How many more blocks would show it to lie above a ratio, if they are like those measured.
  func outlook(beyond threshold: Double) -> String {
    let threshold = threshold * (1 + loadMargin)
    guard ratio > threshold else {
      return "the estimate itself is on the wrong side, so more \(noun)s are unlikely to show it"
    }
    guard let total = blocksNeeded(beyond: threshold) else {
      return "more than a million \(noun)s would be needed"
    }
    return "about \(Figures.count(max(total - blocks, 1), "more \(noun)")) like these would show it"
  }

  /// Blocks in all; nil for more than a million.
  func blocksNeeded(beyond threshold: Double) -> Int? {
    MeanLogRatioConfidenceSequence.count(
      forLowerAbove: mean.score(ofLogRatio: log(threshold)), mean: mean.score(ofLogRatio: log(ratio)),
      deviation: deviation, from: blocks, level)
  }
}

extension AccuracyEffect {
  /// How many more items would show it to lie above a difference, if they are answered like those asked.
  func outlook(above threshold: Double) -> String {
    guard difference > threshold else {
      return "the estimate itself is on the wrong side, so more items are unlikely to show it"
    }
    for factor in [2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128] {
      let scaled = try? PairedAnswers(
        bothRight: answers.bothRight * factor, onlyResidentRight: answers.onlyResidentRight * factor,
        onlyCandidateRight: answers.onlyCandidateRight * factor, bothWrong: answers.bothWrong * factor)
      if let interval = try? scaled?.accuracyDifferenceInterval(level), interval.lower > threshold {
        return "about \(Figures.count(items * (factor - 1), "more item")) like these would show it"
      }
    }
    return "more than a hundred times as many items would be needed"
  }
}
