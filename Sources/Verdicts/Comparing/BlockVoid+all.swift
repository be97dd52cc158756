import Envelopes
import Measurements

/// The blocks that are not scored: those recorded as void, and those in which the two repetitions of either side differ
/// in cumulative throughput by more than the plan's limit, relative to the slower of the two.
///
/// In the order of the envelope's cells, then of the blocks, each once; a recorded reason stands. Blocks with only one
/// repetition of a side are not void, but incomplete.
///
/// - Throws: `EnvelopeError` where the evidence's envelope can't be read.
/// - Complexity: O(*n* log *n*) in samples.
public func voids(in evidence: Evidence) throws(EnvelopeError) -> [BlockVoid] {
  let envelope = try Envelope(source: evidence.envelope)
  return BlockVoid.all(in: Block.all(in: evidence, envelope), recorded: evidence.voids, envelope)
}

extension BlockVoid {
  static func all(in blocks: [Block], recorded: [BlockVoid], _ envelope: Envelope) -> [BlockVoid] {
    let diverged = blocks.compactMap { block in
      block.divergence(limit: envelope.plan.divergenceLimit).map {
        BlockVoid(cell: block.cell, block: block.number, reason: $0)
      }
    }
    var seen: Set<Sample.Place> = []
    let all = (recorded + diverged).filter {
      seen.insert(Sample.Place(cell: $0.cell, block: $0.block, repetition: 0)).inserted
    }
    return envelope.blockCells.flatMap { cell in
      all.filter { $0.cell == cell.id }.sorted { $0.block < $1.block }
    }
  }
}

extension Block {
  /// Which sides' repetitions differ by more than the limit, with the figures; nil where none does.
  fileprivate func divergence(limit: Double) -> String? {
    let reasons = Side.allCases.compactMap { side -> String? in
      let readings = readings(of: side)
      guard let pace = readings.first.map({ type(of: $0).pace }) else { return nil }
      let rates = readings.compactMap { $0.value(of: pace) }
      guard rates.count == Self.repetitions.count, let slower = rates.min(), let faster = rates.max(),
        faster / slower - 1 > limit
      else { return nil }
      return "the \(side.rawValue)'s repetitions differ by \(Figures.percent(faster / slower - 1)) in"
        + " \(pace.title) (\(rates.map(Figures.measured).joined(separator: " and "))"
        + " \(pace.unit)), the limit is \(Figures.percent(limit))"
    }
    return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
  }
}
