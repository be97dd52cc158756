import Envelopes
import Foundation
import Measurements
import Verdicts

extension RunSummary {
  /// The rows of a tool loop: its figures, and of a live loop where and how it went wrong.
  func loopLines(_ cell: ToolLoopCell) -> [String] {
    let facts = LoopFacts(cell, samples)
    let start = "| \(cell.id) | \(facts.regime) |"
    var lines = loopFigures(cell).compactMap { metric, values -> String? in
      guard let least = values.min(), let most = values.max() else { return nil }
      let mean = values.reduce(0, +) / Double(values.count)
      let (shown, digits) = metric.unit == "share" ? ("%", 100.0) : (metric.unit, 1.0)
      let range = "\(figure(least * digits)) … \(figure(most * digits))"
      return "\(start) \(metric.title), \(shown) | \(figure(mean * digits)) | \(range) |"
    }
    if facts.isLive, !facts.rounds.isEmpty {
      let title = Metric.firstDegradedRound.title
      lines.append("\(start) \(title) | \(facts.degradedText) | \(facts.rounds.count) of \(facts.planned) run |")
      let failures = facts.failures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      lines.append("\(start) failures, turns | \(failures.joined(separator: ", ")) | |")
    }
    for sample in samples where sample.place.cell == cell.id {
      guard case .unscored(let status, let message) = sample.outcome else { continue }
      return lines + ["\(start) \(status.rawValue) | \(message) | |"]
    }
    return lines
  }

  /// One value a pass of each metric that the loop yields; shares are over all turns.
  func loopFigures(_ cell: ToolLoopCell) -> [(Metric, [Double])] {
    let turns = samples.filter { $0.place.cell == cell.id && $0.turn != nil }
    let judged = turns.compactMap(\.turn?.judgement).filter { !$0.isOfWrongParser }
    let passes = Dictionary(grouping: turns) { [$0.place.block, $0.place.repetition] }
    let metrics: [Metric] = [
      .turnLatencyP50, .turnLatencyP95, .turnFirstToken, .loopTokensPerSecond, .cachedPrefixTokens,
    ]
    var figures = metrics.map { metric in
      (metric, passes.values.compactMap { LoopFacts.value(of: metric, turns: $0) })
    }
    if !judged.isEmpty {
      func share(_ count: Int) -> [Double] { [Double(count) / Double(judged.count)] }
      figures.append((.validToolCallRate, share(judged.filter(\.isValid).count)))
      figures.append((.answeredShare, share(judged.filter(\.isAnswered).count)))
    }
    return figures
  }

  func figure(_ value: Double) -> String { String(format: "%.1f", value) }
}
