import Envelopes
import Measurements
import Platform

/// One block of one throughput cell: the models take turns in an order that cancels a steady drift.
public struct ScheduledBlock: Sendable, Equatable {
  public var cell: ThroughputCell
  public var block: Int
  /// Resident, candidate, candidate, resident or its mirror image; twice the candidate if it runs alone.
  public var order: [Side]
  /// Whether every cell has been measured as often as this one before it.
  public var isFirstOfRound = false
}

/// The order in which throughput cells are measured: a function of the plan and its seed only.
public enum Schedule {
  /// Every cell once per round, cells shuffled within the round and the first model drawn for each block.
  ///
  /// - Parameter extraBlocks: Blocks of a cell to add at the end, in place of ones that were interrupted.
  public static func blocks(
    of envelope: Envelope, sides: [Side], extraBlocks: [CellID: Int] = [:]
  ) -> [ScheduledBlock] {
    var generator = SplitMix64(seed: envelope.plan.orderSeed)
    let rounds = envelope.plan.blocks + (extraBlocks.values.max() ?? 0)
    return (0..<rounds).flatMap { round in
      var blocks = generator.shuffled(envelope.throughput).compactMap { cell -> ScheduledBlock? in
        let isResidentFirst = generator.nextIndex(below: 2) == 0
        guard round < envelope.plan.blocks + extraBlocks[cell.id, default: 0] else { return nil }
        return ScheduledBlock(cell: cell, block: round, order: order(sides, isResidentFirst: isResidentFirst))
      }
      if !blocks.isEmpty { blocks[0].isFirstOfRound = true }
      return blocks
    }
  }

  private static func order(_ sides: [Side], isResidentFirst: Bool) -> [Side] {
    guard sides.count == 2 else { return [sides[0], sides[0]] }
    let first: Side = isResidentFirst ? .resident : .candidate
    return [first, first.other, first.other, first]
  }
}

extension SplitMix64 {
  /// Fisher and Yates's shuffle, spelled out because the standard library's may change the draws of a seed.
  mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var elements = elements
    for index in elements.indices.reversed() { elements.swapAt(index, nextIndex(below: index + 1)) }
    return elements
  }
}

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

  /// Of the blocks that are still to be measured.
  var samplesLeft: Int { blocks[next...].reduce(0) { $0 + $1.order.count } }

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
