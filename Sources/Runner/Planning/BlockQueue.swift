import Envelopes
import Measurements

/// The blocks that are still to be measured, and those that take the place of void ones.
struct BlockQueue {
  private var blocks: [ScheduledBlock]
  private var next = 0
  private var ends: [CellID: Int]
  private let plannedBlocks: Int

  init(_ blocks: [ScheduledBlock], of envelope: Envelope) {
    self.blocks = blocks
    plannedBlocks = envelope.plan.blocks
    ends = blocks.reduce(into: [:]) { $0[$1.cell.id] = max($0[$1.cell.id] ?? envelope.plan.blocks, $1.block + 1) }
  }

  mutating func pop() -> ScheduledBlock? {
    guard next < blocks.count else { return nil }
    defer { next += 1 }
    return blocks[next]
  }

  /// Adds a block of the mirrored order in place of a void one, as far as a cell gets no more than twice its blocks.
  ///
  /// - Returns: Whether one was added.
  mutating func replace(_ void: ScheduledBlock) -> Bool {
    let number = ends[void.cell.id] ?? plannedBlocks
    guard number < 2 * plannedBlocks else { return false }
    ends[void.cell.id] = number + 1
    blocks.append(
      ScheduledBlock(
        cell: void.cell, block: number, order: void.order.map { mirrored($0, in: void.order) },
        isFirstOfRound: true))
    return true
  }

  private func mirrored(_ side: Side, in order: [Side]) -> Side { Set(order).count == 2 ? side.other : side }
}
