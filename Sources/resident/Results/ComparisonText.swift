import Foundation
import Store
import Verdicts
import Measurements

/// A comparison for a terminal: the verdict, then each block as a pair.
struct ComparisonText {
  let number: SessionNumber
  let verdict: Verdict
  /// Of this comparison's own blocks.
  let traces: [EvidenceTrace]

  func text(_ style: TerminalStyle) -> String {
    let lines = verdict.text(width: Terminal.width).split(separator: "\n", omittingEmptySubsequences: false)
    let painted = lines.enumerated().map { index, line in
      index == 0 ? paintedHeadline(String(line), style) : paintedState(String(line), style)
    }
    return "comparison \(number)\n" + painted.joined(separator: "\n") + pairsText(style)
  }

  private func paintedHeadline(_ line: String, _ style: TerminalStyle) -> String {
    let outcome = verdict.outcome.rawValue
    guard line.hasPrefix(outcome) else { return line }
    return style.paint(outcome, TerminalStyle.colour(of: outcome)) + line.dropFirst(outcome.count)
  }

  /// A rule's line ends with its state, a standing after it.
  private func paintedState(_ line: String, _ style: TerminalStyle) -> String {
    for state in ["won", "passed", "broken", "unresolved", "not shown"] {
      for standing in ["", ", leads", ", lags"] where line.hasSuffix(" \(state)\(standing)") {
        let rest = line.dropLast(state.count + standing.count)
        return rest + style.paint(state, TerminalStyle.colour(of: state)) + standing
      }
    }
    return line
  }

  private func pairsText(_ style: TerminalStyle) -> String {
    let rows = traces.flatMap { trace in
      trace.points.map { point in
        [
          "\(trace.metric.title) of \(trace.cell)", "\(point.block)", Self.figure(point.pair?.resident, trace.metric),
          Self.figure(point.pair?.candidate, trace.metric),
          point.betterRatio.map { String(format: "%+.2f %%", ($0 - 1) * 100) } ?? "-",
          point.voidReason == nil ? "scored" : "void",
        ]
      }
    }
    guard !rows.isEmpty else { return "\npairs\n  none was measured\n" }
    return "\npairs, an advantage above 0 is better for the candidate\n"
      + TerminalTable(["metric", "block", "resident", "candidate", "advantage", "state"], rows).text(style)
  }

  private static func figure(_ value: Double?, _ metric: Metric) -> String {
    value.map { String(format: "%.4g", $0) + " \(metric.unit)" } ?? "-"
  }
}
