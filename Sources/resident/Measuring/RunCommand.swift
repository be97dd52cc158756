import ArgumentParser
import Envelopes
import Foundation
import JSON
import Measurements
import Runner
import Statistics
import Store
import Verdicts

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Measure one model through an envelope; nothing is decided.",
    discussion: "Example: resident run qwen3-4b --envelope envelopes/smoke.json")

  @Argument(help: "A model id of the library, or the path of a model folder.", completion: Completions.models)
  var model: String

  @OptionGroup var options: MeasuringOptions

  func run() async throws {
    let envelope = try Envelope(contentsOf: URL(fileURLWithPath: options.envelope))
    let model = try options.library.model(named: self.model)
    let plan = try options.plan(
      [MeasurementPlan.Contender(side: .candidate, model: model.id, folder: model.folder)], role: nil,
      envelope: envelope)
    let store = try options.database.open(.readWrite)
    let (number, machine) = try await Measuring.run(
      plan, store: store, resuming: options.resume, whenBusy: options.lock.whenBusy,
      waitingForQuiet: options.quiet.minutes)
    let samples = try store.samples(of: number, side: nil)
    let prediction = try store.session(number).runs.first.flatMap { PredictionReading($0, samples) }
    let summary = RunSummary(
      envelope: envelope, samples: samples,
      streams: try LimitReading.all(of: envelope, samples, voids: try store.session(number).voids))
    if options.json {
      let output: JSONValue = [
        "session": .integer(Int(number.rawValue)), "machine": machine?.json ?? .null, "cells": summary.json,
        "prediction": prediction?.json ?? .null,
      ]
      return Terminal.write(result: output)
    }
    Terminal.write("session \(number): \(model.id)\n\(summary.text)")
    if let prediction { Terminal.write("\n" + PredictionReading.text([prediction], width: Terminal.width)) }
  }
}

/// One model's figures, cell by cell, each with its regime.
private struct RunSummary {
  let envelope: Envelope
  let samples: [Sample]
  /// Of endurance cells.
  let streams: [LimitReading]

  /// A table that can be pasted into an issue.
  var text: String {
    var lines = ["| cell | regime | figure | median | range |", "| --- | --- | --- | ---: | ---: |"]
    for cell in envelope.throughput {
      let requests = "\(cell.concurrency) request\(cell.concurrency == 1 ? "" : "s at once")"
      let regime = "\(cell.promptTokens) prompt + \(cell.decodeTokens) decoded tokens, \(requests)"
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
    for task in envelope.accuracy {
      for figure in task.rankingFigures(samples) {
        lines.append(
          "| \(task.id) | \(task.kind.rawValue), items: \(figure.count) | \(figure.metric.title) | \(figure.text) |  |")
      }
    }
    for task in envelope.accuracy where !task.kind.isText && task.kind != .similarity {
      let (right, asked) = answers(task)
      let share = asked > 0 ? String(format: "%.1f %%", 100 * Double(right) / Double(asked)) : "none"
      lines.append("| \(task.id) | \(task.kind.rawValue), items: \(asked) | accuracy | \(share) | \(right) right |")
    }
    for cell in envelope.toolLoops { lines += loopLines(cell) }
    for cell in envelope.endurance {
      let own = streams.filter { $0.cell == cell.id }
      if own.isEmpty { lines.append("| \(cell.id) | \(cell.regime) | the stream did not come to its end | | |") }
      for reading in own {
        let limit = reading.limit == nil ? "" : " (\(reading.state?.rawValue ?? ""))"
        let range = reading.figure.interval.lower < reading.figure.interval.upper ? reading.intervalText : ""
        lines.append(
          "| \(cell.id) | \(cell.regime) | \(reading.figure.metric.title)\(limit) | \(reading.valueText) | \(range) |")
      }
    }
    for cell in envelope.embedding {
      for (metric, values) in embeddingFigures(cell) where !values.isEmpty {
        let range = "\(figure(values.min())) … \(figure(values.max()))"
        lines.append(
          "| \(cell.id) | \(cell.regime) | \(metric.title), \(metric.unit) | \(figure(try? Descriptive.median(values))) | \(range) |"
        )
      }
    }
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
      let figures = task.rankingFigures(samples).map { ($0.metric.rawValue, JSONValue.number($0.value)) }
      if task.kind == .similarity { return .object(JSONObject([("cell", .string(task.id.rawValue))] + figures)) }
      let (right, asked) = answers(task)
      return .object(
        JSONObject(
          [("cell", .string(task.id.rawValue)), ("items", .integer(asked)), ("right", .integer(right))] + figures))
    }
    let loops: [JSONValue] = envelope.toolLoops.map { cell in
      var object = JSONObject([("cell", .string(cell.id.rawValue)), ("loop", LoopFacts(cell, samples).json)])
      for (metric, values) in loopFigures(cell) { object[metric.rawValue] = .array(values.map { .number($0) }) }
      return .object(object)
    }
    let embedding: [JSONValue] = envelope.embedding.map { cell in
      var object = JSONObject([("cell", .string(cell.id.rawValue)), ("regime", .string(cell.regime))])
      for (metric, values) in embeddingFigures(cell) { object[metric.rawValue] = .array(values.map { .number($0) }) }
      return .object(object)
    }
    let endurance: [JSONValue] = envelope.endurance.map { cell in
      var object = JSONObject([("cell", .string(cell.id.rawValue)), ("regime", .string(cell.regime))])
      for reading in streams where reading.cell == cell.id { object[reading.figure.metric.rawValue] = reading.json }
      return .object(object)
    }
    return .array(throughput + accuracy + loops + embedding + endurance)
  }

  private func rates(_ cell: ThroughputCell) -> [(Metric, [Double])] {
    let readings = samples.filter { $0.place.cell == cell.id }.compactMap(\.throughput)
    let metrics: [Metric] = [
      .cumulativeTokensPerSecond, .decodeTokensPerSecond, .prefillTokensPerSecond, .firstTokenLatency,
    ]
    return metrics.map { metric in (metric, readings.compactMap { $0.value(of: metric) }) }
  }

  /// Nats per token.
  private func losses(_ task: AccuracyTask) -> [Double] {
    samples.filter { $0.place.cell == task.id }.compactMap(\.text).flatMap(\.losses)
  }

  private func text(_ task: AccuracyTask) -> String {
    let losses = losses(task)
    let mean = BlockMean(losses)
    guard task.kind == .perplexity else {
      return String(
        format: "KL divergence, nats per token | %.5f ± %.5f (%d tokens)", mean.mean, mean.standardError, losses.count)
    }
    let value = exp(mean.mean)
    return String(format: "perplexity | %.4f ± %.4f (%d tokens)", value, value * mean.standardError, losses.count)
  }

  private func answers(_ task: AccuracyTask) -> (right: Int, asked: Int) {
    let readings = samples.filter { $0.place.cell == task.id }.compactMap(\.answer)
    return (readings.filter(\.isCorrect).count, readings.count)
  }

  /// The rows of a tool loop: its figures, and where and how a live loop went wrong.
  private func loopLines(_ cell: ToolLoopCell) -> [String] {
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

  /// One value per pass of each metric that the loop yields; shares are over all turns.
  private func loopFigures(_ cell: ToolLoopCell) -> [(Metric, [Double])] {
    let turns = samples.filter { $0.place.cell == cell.id && $0.turn != nil }
    let judged = turns.compactMap(\.turn?.judgement).filter { !$0.isOfWrongParser }
    let passes = Dictionary(grouping: turns) { [$0.place.block, $0.place.repetition] }
    let metrics: [Metric] = [
      .turnLatencyP50, .turnLatencyP95, .turnFirstToken, .loopTokensPerSecond, .cachedPrefixTokens,
    ]
    var figures = metrics.map { metric in
      (metric, passes.values.compactMap { LoopPassReading(turns: $0).value(of: metric) }.filter { $0 > 0 })
    }
    if !judged.isEmpty {
      func share(_ count: Int) -> [Double] { [Double(count) / Double(judged.count)] }
      figures.append((.validToolCallRate, share(judged.filter(\.isValid).count)))
      figures.append((.answeredShare, share(judged.filter(\.isAnswered).count)))
    }
    return figures
  }

  /// One value per round of each metric that the cell yields.
  private func embeddingFigures(_ cell: EmbeddingCell) -> [(Metric, [Double])] {
    let turns = samples.filter { $0.place.cell == cell.id && $0.turn != nil }
    let rounds = Dictionary(grouping: turns, by: \.place.block).sorted { $0.key < $1.key }
    return cell.metrics.map { metric in
      (metric, rounds.compactMap { LoopPassReading(turns: $0.value).value(of: metric) })
    }
  }

  private func figure(_ value: Double?) -> String { value.map { String(format: "%.1f", $0) } ?? "none" }
}
