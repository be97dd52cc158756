import Envelopes
import Measurements
import Platform

/// One run of a tool loop's trace by one model.
struct LoopPass {
  let cell: ToolLoopCell
  let side: Side
  let block: Int
  let repetition: Int
  /// The turns of a live loop that was interrupted, in order.
  var earlier: [Sample] = []

  var turnsLeft: Int { cell.trace.rounds.count - earlier.count }

  func place(_ round: Int) -> Sample.Place {
    Sample.Place(cell: cell.id, block: block, repetition: repetition, round: round)
  }

  /// The passes that a session still has to make, and how many turns the envelope plans in all; by rounds without replays,
  /// which are part of the rounds.
  ///
  /// A replay's block that was begun but not finished is voided, like one of a throughput cell; a live loop goes on
  /// where it stopped, from the texts that are stored.
  ///
  /// - Parameter seed: The session's, for the order of replays.
  static func remaining(
    _ envelope: Envelope, sides: [Side], seed: UInt64, earlier: [Sample], recorder: Recorder
  ) throws -> (passes: [LoopPass], turns: Int) {
    var passes: [LoopPass] = []
    var turns = 0
    for cell in envelope.toolLoops where cell.mode == .live || envelope.schema == .blocks {
      let samples = earlier.filter { $0.place.cell == cell.id }
      let all = planned(cell, sides: sides, seed: seed, extra: 0)
      turns += all.count * cell.trace.rounds.count
      if cell.mode == .live {
        passes += all.compactMap { resumed($0, sides: sides, samples) }
        continue
      }
      let begun = Dictionary(grouping: samples, by: \.place.block)
      let perBlock = max(all.count / cell.blocks, 1)
      let cut = begun.filter { $0.value.filter { isLast($0, cell) }.count < perBlock }
      for (block, samples) in cut.sorted(by: { $0.key < $1.key }) {
        try recorder.void(
          BlockVoid(cell: cell.id, block: block, reason: "interrupted after \(samples.count) turns"))
      }
      passes += planned(cell, sides: sides, seed: seed, extra: cut.count)
        .filter { begun[$0.block] == nil }
      turns += cut.count * perBlock * cell.trace.rounds.count
    }
    return (passes, turns)
  }

  /// All passes of a cell: a live loop once per model, a replay in blocks of two per model, the first one drawn.
  private static func planned(_ cell: ToolLoopCell, sides: [Side], seed: UInt64, extra: Int) -> [LoopPass] {
    guard cell.mode == .replay else {
      return sides.map { LoopPass(cell: cell, side: $0, block: 0, repetition: 0) }
    }
    var generator = SplitMix64(seed: seed)
    return (0..<cell.blocks + extra).flatMap { block -> [LoopPass] in
      let isFirst = generator.nextIndex(below: 2) == 0
      let order = sides.count == 2 && !isFirst ? Array(sides.reversed()) : sides
      return zip(order + order.reversed(), order.map { _ in 0 } + order.map { _ in 1 }).map {
        LoopPass(cell: cell, side: $0, block: block, repetition: $1)
      }
    }
  }

  private static func isLast(_ sample: Sample, _ cell: ToolLoopCell) -> Bool {
    sample.turn == nil || sample.place.round == cell.trace.rounds.count
  }

  /// The pass with the turns that it has, or nil if it has come to its end.
  private static func resumed(_ pass: LoopPass, sides: [Side], _ samples: [Sample]) -> LoopPass? {
    // A sample does not tell its side; with two models there is one loop after the other, in the order of `sides`.
    var loops: [[Sample]] = []
    for sample in samples {
      if sample.place.round == 1 { loops.append([]) }
      if !loops.isEmpty { loops[loops.count - 1].append(sample) }
    }
    guard let index = sides.firstIndex(of: pass.side), loops.indices.contains(index) else { return pass }
    guard let last = loops[index].last, !isLast(last, pass.cell) else { return nil }
    var pass = pass
    pass.earlier = loops[index]
    return pass
  }
}
