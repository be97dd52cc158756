import Envelopes
import Measurements

/// What is left of an envelope after the samples that a session already has.
struct RemainingWork {
  let blocks: [ScheduledBlock]
  /// Items and the sides that are to answer them; the models take turns.
  let questions: [(AccuracyTask, AccuracyTask.Item, Side)]
  let loops: [LoopPass]
  /// Samples of the whole session, and those that it has.
  let total: Int
  let done: Int

  /// Blocks that were begun but not finished are voided: the machine would not be in the same state for their second
  /// half. A block in their place is added at the end.
  ///
  /// - Parameter voids: The blocks that are void already. Each gets another in its place, up to as many as the plan has
  ///   blocks.
  init(
    _ envelope: Envelope, sides: [Side], earlier: [Sample], voids: [BlockVoid] = [], recorder: Recorder
  ) throws {
    let samplesPerBlock = sides.count == 2 ? 4 : 2
    var counts: [CellID: [Int: Int]] = [:]
    for sample in earlier where sample.place.item == nil && sample.place.round == nil {
      counts[sample.place.cell, default: [:]][sample.place.block, default: 0] += 1
    }
    var void = voids.reduce(into: [CellID: Set<Int>]()) { $0[$1.cell, default: []].insert($1.block) }
    for (cell, blocks) in counts {
      for (block, count) in blocks where count < samplesPerBlock {
        try recorder.void(
          BlockVoid(cell: cell, block: block, reason: "interrupted after \(count) of \(samplesPerBlock) samples"))
        void[cell, default: []].insert(block)
      }
    }
    let extraBlocks = void.mapValues { min($0.count, envelope.plan.blocks) }
    let scheduled = Schedule.blocks(of: envelope, sides: sides, extraBlocks: extraBlocks)
    blocks = scheduled.filter {
      counts[$0.cell.id]?[$0.block] == nil && void[$0.cell.id]?.contains($0.block) != true
    }
    var answers: [Sample.Place: Int] = [:]
    for sample in earlier where sample.place.item != nil { answers[sample.place, default: 0] += 1 }
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
    let (loops, turns) = try LoopPass.remaining(envelope, sides: sides, earlier: earlier, recorder: recorder)
    self.loops = loops
    total = scheduled.count * samplesPerBlock + items * sides.count + turns
    done = total - blocks.count * samplesPerBlock - questions.count - loops.reduce(0) { $0 + $1.turnsLeft }
  }
}
