import Envelopes
import Foundation
import Measurements
import Statistics

extension Comparison {
  /// By cell in the envelope's order, the resident before the candidate.
  var facts: [CellFacts] {
    var facts: [CellFacts] = []
    for cell in envelope.throughput { for side in Side.allCases { facts.append(self.facts(of: cell, side)) } }
    for task in envelope.accuracy { for side in Side.allCases { facts.append(self.facts(of: task, side)) } }
    for cell in envelope.toolLoops { for side in Side.allCases { facts.append(self.facts(of: cell, side)) } }
    for cell in envelope.embedding { for side in Side.allCases { facts.append(self.facts(of: cell, side)) } }
    for cell in envelope.endurance { for side in Side.allCases { facts.append(self.facts(of: cell, side)) } }
    return facts
  }

  private func facts(of cell: EmbeddingCell, _ side: Side) -> CellFacts {
    let blocks = scoredBlocks(of: cell.id)
    let figures = Metric.allCases.filter { $0.sources == [.embedding] }.compactMap { metric in
      mean(of: metric, blocks.compactMap { $0.value(of: metric, side) })
    }
    return facts(cell.id, side, regime: nil, figures)
  }

  private func facts(of cell: ThroughputCell, _ side: Side) -> CellFacts {
    let blocks = scoredBlocks(of: cell.id)
    let figures = Metric.allCases.filter(\.isOfThroughput).compactMap { metric -> CellFacts.Figure? in
      let values = blocks.compactMap { $0.value(of: metric, side) }
      guard let mean = try? Descriptive.geometricMean(values) else { return nil }
      return CellFacts.Figure(metric: metric, value: mean, count: values.count)
    }
    return facts(cell.id, side, regime: readings(of: cell.id, side).first.map(Regime.init), figures)
  }

  private func facts(of task: AccuracyTask, _ side: Side) -> CellFacts {
    let samples = evidence.samples(of: side).filter { $0.place.cell == task.id }
    if task.kind.isText { return facts(of: task, side, texts: samples.compactMap(\.text)) }
    let answers = samples.compactMap(\.answer)
    func figure(_ metric: Metric, _ judged: [Bool]) -> CellFacts.Figure? {
      judged.isEmpty
        ? nil
        : CellFacts.Figure(
          metric: metric, value: Double(judged.count { $0 }) / Double(judged.count), count: judged.count)
    }
    var figures = [figure(.accuracy, answers.map(\.isCorrect))]
    if let routing = task.routing {
      let right = Dictionary(zip(task.items.map(\.id), task.rightSkills), uniquingKeysWith: { first, _ in first })
      let known = samples.compactMap { sample in
        sample.answer.flatMap { reading in sample.place.item.flatMap { right[$0] }.map { (reading, $0) } }
      }
      figures.append(figure(.noneAccuracy, known.filter { $0.1 == nil }.map(\.0.isCorrect)))
      figures.append(
        figure(
          .topThreeAccuracy, known.compactMap { reading, skill in skill.map { routing.isAmongThree($0, reading) } }))
    }
    return facts(task.id, side, regime: nil, figures.compactMap(\.self) + task.rankingFigures(samples))
  }

  private func facts(of task: AccuracyTask, _ side: Side, texts: [TextScores]) -> CellFacts {
    let metric: Metric = task.kind == .perplexity ? .perplexity : .divergence
    let losses = texts.filter { $0.metric == metric }.flatMap(\.losses)
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

extension Comparison {
  /// What one side did in a tool loop.
  func facts(of cell: ToolLoopCell, _ side: Side) -> CellFacts {
    let samples = evidence.samples(of: side).filter { $0.place.cell == cell.id }
    let turns = samples.filter { $0.turn != nil }
    let successes = turns.count
    return CellFacts(
      cell: cell.id, side: side, regime: nil, successes: successes, unscored: samples.count - successes,
      figures: turns.isEmpty ? [] : figures(of: cell, side, turns), loop: LoopFacts(cell, samples))
  }

  private func figures(of cell: ToolLoopCell, _ side: Side, _ turns: [Sample]) -> [CellFacts.Figure] {
    Metric.allCases.compactMap { metric -> CellFacts.Figure? in
      if metric == .peakMemory {
        return turns.map(\.peakMemoryBytes).max().map {
          CellFacts.Figure(metric: metric, value: Double($0), count: 1)
        }
      }
      if metric.sources.contains(.live) { return share(of: metric, turns) }
      guard metric.sources.contains(.replay) else { return nil }
      return cell.mode == .replay
        ? mean(of: metric, scoredBlocks(of: cell.id).compactMap { $0.value(of: metric, side) })
        : mean(of: metric, LoopPassReading(turns: turns).ratioValue(of: metric).map { [$0] } ?? [])
    }
  }

  private func mean(of metric: Metric, _ values: [Double]) -> CellFacts.Figure? {
    (try? Descriptive.geometricMean(values)).map { CellFacts.Figure(metric: metric, value: $0, count: values.count) }
  }

  /// Turns that a wrong parser read count for nothing.
  private func share(of metric: Metric, _ turns: [Sample]) -> CellFacts.Figure? {
    let judged = turns.compactMap(\.turn?.judgement).filter { !$0.isOfWrongParser }
    guard !judged.isEmpty, metric != .firstDegradedRound else { return nil }
    let count = judged.filter { metric == .answeredShare ? $0.isAnswered : $0.isValid }.count
    return CellFacts.Figure(metric: metric, value: Double(count) / Double(judged.count), count: judged.count)
  }
}
