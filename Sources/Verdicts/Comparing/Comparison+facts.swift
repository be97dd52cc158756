import Envelopes
import Foundation
import Measurements
import Statistics

extension Comparison {
  /// By cell in the envelope's order, the resident before the candidate.
  var facts: [CellFacts] {
    envelope.throughput.flatMap { cell in Side.allCases.map { facts(of: cell, $0) } }
      + envelope.accuracy.flatMap { task in Side.allCases.map { facts(of: task, $0) } }
      + envelope.toolLoops.flatMap { cell in Side.allCases.map { facts(of: cell, $0) } }
  }

  private func facts(of cell: ThroughputCell, _ side: Side) -> CellFacts {
    let blocks = scoredBlocks(of: cell.id)
    let figures = ThroughputReading.metrics.compactMap { metric -> CellFacts.Figure? in
      let values = blocks.compactMap { $0.value(of: metric, side) }
      guard let mean = try? Descriptive.geometricMean(values) else { return nil }
      return CellFacts.Figure(metric: metric, value: mean, count: values.count)
    }
    return facts(cell.id, side, regime: readings(of: cell.id, side).first.map(Regime.init), figures)
  }

  private func facts(of task: AccuracyTask, _ side: Side) -> CellFacts {
    let answers = evidence.samples(of: side).filter { $0.place.cell == task.id }.compactMap(\.answer)
    if task.kind.isText { return facts(of: task, side, texts: answers) }
    let right = answers.filter(\.isCorrect).count
    let figure = CellFacts.Figure(
      metric: .accuracy, value: Double(right) / Double(answers.count), count: answers.count)
    return facts(task.id, side, regime: nil, answers.isEmpty ? [] : [figure])
  }

  private func facts(of task: AccuracyTask, _ side: Side, texts: [AnswerReading]) -> CellFacts {
    let metric: Metric = task.kind == .perplexity ? .perplexity : .divergence
    let losses = texts.flatMap { $0.losses(metric) ?? [] }
    let mean = BlockMean(losses).mean
    let figure = CellFacts.Figure(
      metric: metric, value: metric == .perplexity ? exp(mean) : mean, count: losses.count)
    return facts(task.id, side, regime: nil, losses.isEmpty ? [] : [figure])
  }

  private func facts(
    _ cell: CellID, _ side: Side, regime: Regime?, _ figures: [CellFacts.Figure], loop: LoopFacts? = nil
  ) -> CellFacts {
    let samples = evidence.samples(of: side).filter { $0.place.cell == cell }
    let successes = samples.filter { $0.status == .success }.count
    return CellFacts(
      cell: cell, side: side, regime: regime, successes: successes, unscored: samples.count - successes,
      figures: figures, loop: loop)
  }

  /// A side's readings of a cell, void blocks and all, by block.
  func readings(of cell: CellID, _ side: Side) -> [ThroughputReading] {
    blocks[cell, default: []].flatMap { $0.readings(of: side) }.compactMap { $0 as? ThroughputReading }
  }
}

extension Regime {
  init(_ reading: ThroughputReading) {
    promptTokens = reading.promptTokens
    decodeTokens = reading.decodeTokens
    cachedTokens = reading.cachedTokens
    concurrency = reading.sequences
  }
}
