import Envelopes
import Measurements

/// What is left of an envelope after the samples that a session already has.
struct RemainingWork {
  /// What is left of the throughput cells, by the plan's unit.
  enum Throughput {
    case blocks([ScheduledBlock])
    case rounds(RoundQueue)
  }

  let throughput: Throughput
  /// Items and the sides that are to answer them; the models take turns.
  let questions: [(AccuracyTask, AccuracyTask.Item, Side)]
  let loops: [LoopPass]
  let streams: [StreamPass]
  /// Samples of the whole session, and those that it has.
  let total: Int
  let done: Int

  /// Blocks and rounds that were begun but not finished are voided: the machine would not be in the same state for their
  /// second half. Others in their place are added at the end.
  ///
  /// - Parameter rounds: The rounds that are left; nil for a plan by blocks.
  init(
    _ envelope: Envelope, sides: [Side], start: SessionStart, rounds: RoundQueue?, recorder: Recorder
  ) throws {
    let samples: (total: Int, done: Int)
    if let rounds {
      for void in rounds.interrupted { try recorder.void(void) }
      throughput = .rounds(rounds)
      samples = rounds.sampleCounts
    } else {
      let (scheduled, left) = try Self.blocks(envelope, sides: sides, start: start, recorder: recorder)
      throughput = .blocks(left)
      let perBlock = Self.samplesPerBlock(sides)
      samples = (scheduled.count * perBlock, (scheduled.count - left.count) * perBlock)
    }
    var answers: [Sample.Place: Int] = [:]
    for sample in start.samples where sample.place.item != nil { answers[sample.place, default: 0] += 1 }
    var questions: [(AccuracyTask, AccuracyTask.Item, Side)] = []
    var items = 0
    for task in envelope.accuracy {
      for item in task.items {
        items += 1
        let known = answers[Sample.Place(cell: task.id, block: 0, repetition: 0, item: item.id), default: 0]
        questions += sides.dropFirst(known).map { (task, item, $0) }
      }
    }
    self.questions = questions
    let (loops, turns) = try LoopPass.remaining(
      envelope, sides: sides, seed: start.session.orderSeed, earlier: start.samples, recorder: recorder)
    self.loops = loops
    streams = try StreamPass.remaining(envelope, sides: sides, start: start, recorder: recorder)
    let requests = envelope.endurance.reduce(0) { $0 + sides.count * ($1.requestCount ?? $1.cycle) }
    total = samples.total + items * sides.count + turns + requests
    let turnsLeft = loops.reduce(0) { $0 + $1.turnsLeft }
    let requestsLeft = streams.reduce(0) { $0 + $1.requests }
    done = samples.done + items * sides.count - questions.count + turns - turnsLeft + requests - requestsLeft
  }

  /// All blocks of a plan by blocks, and those that are left. Each void one gets another in its place, up to as many as
  /// the plan has blocks.
  private static func blocks(
    _ envelope: Envelope, sides: [Side], start: SessionStart, recorder: Recorder
  ) throws -> (scheduled: [ScheduledBlock], left: [ScheduledBlock]) {
    let samplesPerBlock = samplesPerBlock(sides)
    var counts: [CellID: [Int: Int]] = [:]
    for sample in start.samples where sample.place.item == nil && sample.place.round == nil {
      counts[sample.place.cell, default: [:]][sample.place.block, default: 0] += 1
    }
    var void = start.voids.reduce(into: [CellID: Set<Int>]()) { $0[$1.cell, default: []].insert($1.block) }
    for (cell, blocks) in counts {
      for (block, count) in blocks where count < samplesPerBlock {
        try recorder.void(
          BlockVoid(cell: cell, block: block, reason: "interrupted after \(count) of \(samplesPerBlock) samples"))
        void[cell, default: []].insert(block)
      }
    }
    let extraBlocks = void.mapValues { min($0.count, envelope.plan.blocks) }
    let scheduled = Schedule.blocks(of: envelope, sides: sides, extraBlocks: extraBlocks)
    let left = scheduled.filter {
      counts[$0.cell.id]?[$0.block] == nil && void[$0.cell.id]?.contains($0.block) != true
    }
    return (scheduled, left)
  }

  private static func samplesPerBlock(_ sides: [Side]) -> Int { sides.count == 2 ? 4 : 2 }
}
