import Envelopes
import Foundation
import JSON
import Measurements
import Statistics
import Verdicts

/// One model's figures, cell by cell, each with its regime.
struct RunSummary {
  let envelope: Envelope
  let samples: [Sample]

  /// A table that can be pasted into an issue.
  var text: String {
    var lines = ["| cell | regime | figure | median | range |", "| --- | --- | --- | ---: | ---: |"]
    for cell in envelope.throughput {
      let regime = "\(cell.promptTokens) prompt + \(cell.decodeTokens) decoded tokens, 1 request"
      for (metric, values) in rates(cell) where !values.isEmpty {
        let range = "\(figure(values.min())) … \(figure(values.max()))"
        lines.append(
          "| \(cell.id) | \(regime) | \(metric.title), \(metric.unit) | \(figure(try? Descriptive.median(values))) | \(range) |"
        )
      }
    }
    for task in envelope.accuracy where task.kind.isText {
      lines.append("| \(task.id) | \(task.items.count) texts | \(text(task)) |  |")
    }
    for task in envelope.accuracy where !task.kind.isText {
      let (right, asked) = answers(task)
      let share = asked > 0 ? String(format: "%.1f %%", 100 * Double(right) / Double(asked)) : "none"
      lines.append("| \(task.id) | \(task.kind.rawValue), items: \(asked) | accuracy | \(share) | \(right) right |")
    }
    for cell in envelope.toolLoops { lines += loopLines(cell) }
    let failed = samples.filter { $0.status != .success }.count
    if failed > 0 { lines.append("\n\(failed) samples are not scored.") }
    return lines.joined(separator: "\n") + "\n"
  }

  var json: JSONValue {
    let throughput: [JSONValue] = envelope.throughput.map { cell in
      var object = JSONObject([
        ("cell", .string(cell.id.rawValue)), ("prompt_tokens", .integer(cell.promptTokens)),
        ("decode_tokens", .integer(cell.decodeTokens)), ("concurrency", .integer(cell.concurrency)),
      ])
      for (metric, values) in rates(cell) { object[metric.rawValue] = .array(values.map { .number($0) }) }
      return .object(object)
    }
    let accuracy: [JSONValue] = envelope.accuracy.map { task in
      if task.kind.isText {
        let losses = losses(task)
        return [
          "cell": .string(task.id.rawValue), "tokens": .integer(losses.count),
          "mean_nats": .number(BlockMean(losses).mean), "standard_error": .number(BlockMean(losses).standardError),
        ]
      }
      let (right, asked) = answers(task)
      return ["cell": .string(task.id.rawValue), "items": .integer(asked), "right": .integer(right)]
    }
    let loops: [JSONValue] = envelope.toolLoops.map { cell in
      var object = JSONObject([("cell", .string(cell.id.rawValue)), ("loop", LoopFacts(cell, samples).json)])
      for (metric, values) in loopFigures(cell) { object[metric.rawValue] = .array(values.map { .number($0) }) }
      return .object(object)
    }
    return .array(throughput + accuracy + loops)
  }

  private func rates(_ cell: ThroughputCell) -> [(Metric, [Double])] {
    let readings = samples.filter { $0.place.cell == cell.id }.compactMap(\.throughput)
    return [
      (.cumulativeTokensPerSecond, readings.compactMap(\.cumulativeTokensPerSecond)),
      (.decodeTokensPerSecond, readings.compactMap(\.decodeTokensPerSecond)),
      (.prefillTokensPerSecond, readings.compactMap(\.prefillTokensPerSecond)),
      (.firstTokenLatency, readings.compactMap(\.firstTokenSeconds).map { $0 * 1e3 }),
    ]
  }

  /// Nats by token.
  private func losses(_ task: AccuracyTask) -> [Double] {
    let readings = samples.filter { $0.place.cell == task.id }.compactMap(\.answer)
    return readings.flatMap { $0.divergences ?? $0.logProbabilities?.map { -$0 } ?? [] }
  }

  private func text(_ task: AccuracyTask) -> String {
    let losses = losses(task)
    let mean = BlockMean(losses)
    guard task.kind == .perplexity else {
      return String(
        format: "KL divergence, nats a token | %.5f ± %.5f (%d tokens)", mean.mean, mean.standardError, losses.count)
    }
    let value = exp(mean.mean)
    return String(format: "perplexity | %.4f ± %.4f (%d tokens)", value, value * mean.standardError, losses.count)
  }

  private func answers(_ task: AccuracyTask) -> (right: Int, asked: Int) {
    let readings = samples.filter { $0.place.cell == task.id }.compactMap(\.answer)
    return (readings.filter(\.isCorrect).count, readings.count)
  }

  private func figure(_ value: Double?) -> String { value.map { String(format: "%.1f", $0) } ?? "none" }
}
