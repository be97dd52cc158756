import Measurements

extension Comparison {
  /// What a metric lacks, of its cell or (for nil) of the whole run.
  func gaps(_ metric: Metric, _ cell: CellID?, _ stop: StoppingReason?) -> [Gap] {
    let unscored = cells(of: cell).flatMap(unscored)
    // Whatever else is missing then follows from it.
    guard unscored.isEmpty else { return unscored }
    guard let cell else {
      return Side.allCases.filter { peakMemoryBytes(of: $0) <= 0 }.map { .noPeakMemory($0) }
    }
    if metric.isOfBlocks { return blockGaps(metric, cell, metric.isOfThroughput ? stop : nil) }
    return turns[cell] == nil ? itemGaps(cell) : turnGaps(cell)
  }

  /// Nil where the session is complete.
  var sessionGap: Gap? {
    guard evidence.state != .complete else { return nil }
    let blocks = envelope.blockCells.compactMap { cell -> String? in
      let tally = tally(of: cell.id)
      let missing = tally.planned - tally.used - tally.void
      return missing > 0 ? "\(missing) of \(Figures.count(tally.planned, "block")) of \(cell.id)" : nil
    }
    let items = envelope.accuracy.compactMap { task -> String? in
      let missing = task.items.count - (answers[task.id]?.pairs.count ?? 0)
      return missing > 0 ? "\(missing) of \(Figures.count(task.items.count, "item")) of \(task.id)" : nil
    }
    let rounds = turns.sorted { $0.key < $1.key }.compactMap { cell, turns -> String? in
      turns.unpaired.isEmpty ? nil : "\(turns.unpaired.count) of \(Figures.count(turns.rounds, "round")) of \(cell)"
    }
    return .session(evidence.state, missing: blocks + items + rounds)
  }

  private func cells(of cell: CellID?) -> [CellID] {
    cell.map { [$0] } ?? envelope.throughput.map(\.id) + envelope.accuracy.map(\.id)
  }

  private func unscored(in cell: CellID) -> [Gap] {
    let interrupted = Set(evidence.voids.filter { $0.cell == cell }.map(\.block))
    return Side.allCases.flatMap { side in
      let samples = evidence.samples(of: side).filter {
        $0.place.cell == cell && $0.status != .success
          // The block was measured again as another one.
          && !($0.status == .aborted && $0.place.item == nil && interrupted.contains($0.place.block))
      }
      return CellStatus.allCases.compactMap { status -> Gap? in
        let ended = samples.filter { $0.status == status }
        guard case .unscored(_, let message)? = ended.first?.outcome else { return nil }
        return .unscored(cell, side, status, samples: ended.count, message: message)
      }
    }
  }

  private func blockGaps(_ metric: Metric, _ cell: CellID, _ stop: StoppingReason?) -> [Gap] {
    let tally = tally(of: cell)
    let measured = tally.used + tally.void
    let defined = scoredBlocks(of: cell).filter { $0.pair(of: metric) != nil }.count
    var gaps: [Gap] = []
    if measured < tally.planned, stop == nil { gaps.append(.blocks(cell, measured: measured, planned: tally.planned)) }
    if Double(tally.void) / Double(measured) > envelope.plan.voidLimit {
      gaps.append(.voids(cell, void: tally.void, measured: measured, limit: envelope.plan.voidLimit))
    }
    if defined < tally.used { gaps.append(.undefined(metric, cell, blocks: tally.used - defined)) }
    if gaps.isEmpty, defined < 2 { gaps.append(.tooFewBlocks(cell, scored: defined)) }
    return gaps
  }

  private func turnGaps(_ cell: CellID) -> [Gap] {
    let unpaired = turns[cell]?.unpaired ?? []
    return unpaired.isEmpty ? [] : [.unpaired(cell, residentOnly: [], candidateOnly: [], neither: unpaired)]
  }

  private func itemGaps(_ cell: CellID) -> [Gap] {
    guard let answers = answers[cell], !answers.isComplete else { return [] }
    return [
      .unpaired(
        cell, residentOnly: answers.residentOnly, candidateOnly: answers.candidateOnly, neither: answers.neither)
    ]
  }
}
