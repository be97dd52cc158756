import ArgumentParser
import Foundation
import JSON
import Measurements
import Report
import Store
import Verdicts

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one comparison in full: the verdict's rules and the pairs behind them.",
    discussion: """
      The comparison is judged anew from its samples; nothing is recorded. Imports count as the registry's policy says.

      Example: resident show 1
      """
  )

  @Argument(help: "The comparison's number, as `resident sessions` lists it.", completion: Completions.comparisons)
  var comparison: Int64

  @OptionGroup var database: DatabaseOption
  @OptionGroup var imports: AdmissionOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let store = try database.open(.readOnly)
    let number = SessionNumber(rawValue: comparison)
    let inputs = try store.verdictInputs(of: number, admitting: imports.admission)
    let mark = try store.mark(of: number)
    let judge = try Judge(inputs)
    let (verdict, traces) = (try judge.verdict(), try judge.traces())
    if json {
      let evidence = inputs.evidence
      let output: JSONValue = [
        "comparison": .integer(Int(comparison)), "state": .string(evidence.state.rawValue),
        "started_at_s": .number(evidence.session.startedAt), "verdict": verdict.json,
        "traces": .array(traces.map(\.json)), "predictions": .array(evidence.predictions.map(\.json)),
        "origin": mark.origin.json, "set_aside": mark.setAside?.json ?? .null,
      ]
      return Terminal.write(result: output)
    }
    let style = TerminalStyle()
    let text = ComparisonText(
      number: number, mark: mark, verdict: verdict, traces: traces, vectors: judge.vectorFacts,
      predictions: inputs.evidence.predictions
    ).text(style)
    Terminal.write(text, style)
  }
}

/// A comparison for a terminal: the verdict, then the pair of each block.
private struct ComparisonText {
  let number: SessionNumber
  let mark: SessionMark
  let verdict: Verdict
  /// Of this comparison's own blocks.
  let traces: [EvidenceTrace]
  /// Nil unless both models make vectors.
  let vectors: VectorFacts?
  /// What was predicted of both models before they were measured.
  let predictions: [PredictionReading]

  func text(_ style: TerminalStyle) -> String {
    let width = Terminal.width
    return "comparison \(number), \(mark.text.printable)\n\n" + verdict.text(width: width, style: style.painted)
      + verdict.details(width: width) + vectorsText + predictionsText(width) + pairsText(style)
  }

  private func predictionsText(_ width: Int) -> String {
    let text = PredictionReading.text(predictions, width: width)
    return text.isEmpty ? "" : "\n" + text
  }

  private var vectorsText: String {
    guard let vectors else { return "" }
    let note =
      vectors.differences.isEmpty ? "" : "  they differ in \(vectors.differences.joined(separator: ", "))\n"
    return
      "\nvectors\n  resident   \(vectors.resident.text.printable)\n  candidate  \(vectors.candidate.text.printable)\n"
      + note
  }

  private func pairsText(_ style: TerminalStyle) -> String {
    let rows = traces.flatMap { trace in
      trace.points.map { point in
        [
          trace.title, "\(point.block)", Self.figure(point.pair?.resident, trace.metric),
          Self.figure(point.pair?.candidate, trace.metric),
          point.betterRatio.map { String(format: "%+.2f %%", ($0 - 1) * 100) } ?? "-",
          point.voidReason == nil ? "scored" : "void",
        ]
      }
    }
    guard !rows.isEmpty else { return "\npairs\n  none was measured\n" }
    return "\npairs, an advantage above 0 is better for the candidate\n"
      + style.table(["metric", "block", "resident", "candidate", "advantage", "state"], rows)
  }

  private static func figure(_ value: Double?, _ metric: Metric) -> String {
    value.map { String(format: "%.4g", $0) + " \(metric.unit)" } ?? "-"
  }
}
