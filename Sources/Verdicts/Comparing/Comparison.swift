import Envelopes
import Measurements
import Statistics

/// A comparison's evidence, put in pairs: blocks of throughput cells, items of accuracy tasks.
struct Comparison {
  let evidence: Evidence
  let envelope: Envelope
  /// Ascending by number.
  let blocks: [CellID: [Block]]
  let voids: [BlockVoid]
  let answers: [CellID: ItemAnswers]
  /// Of live loops.
  let turns: [CellID: LoopTurns]
  /// The comparisons of the same weights that this one goes on from, oldest first.
  let earlier: [Comparison]

  /// - Throws: `VerdictError` for samples that no measurement gives.
  /// - Complexity: O(*n* log *n*) in samples and items.
  init(_ evidence: Evidence, _ envelope: Envelope, after earlier: [Evidence] = []) throws(VerdictError) {
    for side in Side.allCases { try Self.check(evidence.samples(of: side), side) }
    self.evidence = evidence
    self.envelope = envelope
    var comparisons: [Comparison] = []
    for evidence in earlier { comparisons.append(try Comparison(evidence, envelope)) }
    self.earlier = comparisons
    let blocks = Block.all(in: evidence, envelope)
    voids = BlockVoid.all(in: blocks, recorded: evidence.voids, envelope)
    self.blocks = Dictionary(grouping: blocks, by: \.cell)
    answers = Dictionary(
      envelope.accuracy.map { ($0.id, ItemAnswers($0, evidence)) }, uniquingKeysWith: { first, _ in first })
    turns = Dictionary(
      envelope.toolLoops.filter { $0.mode == .live }.map { ($0.id, LoopTurns($0, evidence)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The blocks that are whole and not void.
  func scoredBlocks(of cell: CellID) -> [Block] {
    let void = Set(voids.filter { $0.cell == cell }.map(\.block))
    return blocks[cell, default: []].filter { $0.isWhole && !void.contains($0.number) }
  }

  /// Resident and candidate of every scored block that defines the metric, those of earlier comparisons first.
  func pairs(of metric: Metric, _ cell: CellID) -> [MeasurementPair] {
    (earlier + [self]).flatMap { comparison in comparison.scoredBlocks(of: cell).compactMap { $0.pair(of: metric) } }
  }

  func tally(of cell: CellID) -> BlockTally {
    BlockTally(
      cell: cell, planned: envelope.blockCells.first { $0.id == cell }?.blocks ?? 0, used: scoredBlocks(of: cell).count,
      void: voids.filter { $0.cell == cell }.count)
  }

  /// The largest over a side's samples, 0 where none says.
  func peakMemoryBytes(of side: Side) -> Int64 {
    evidence.samples(of: side).reduce(0) { max($0, $1.peakMemoryBytes) }
  }

  private static func check(_ samples: [Sample], _ side: Side) throws(VerdictError) {
    var seen: Set<Sample.Place> = []
    for sample in samples {
      var place = sample.place
      // An item has one answer, whatever the block says.
      if place.item != nil { (place.block, place.repetition) = (0, 0) }
      guard seen.insert(place).inserted else { throw .repeatedSample(side, sample.place) }
      if let reading = sample.throughput ?? sample.turn?.times, !reading.isPossible {
        throw .impossibleReading(side, sample.place)
      }
    }
  }
}
