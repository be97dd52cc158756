import Envelopes
import Measurements
import Statistics

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
        : mean(of: metric, LoopReading(turns: turns).value(of: metric).map { [$0] } ?? [])
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
