import Envelopes
import Measurements
import Statistics

/// The readings of one block of one cell: two of each side, where it is whole.
struct Block {
  static let repetitions = 0..<2

  let cell: CellID
  let number: Int
  private let resident: [any BlockReading]
  private let candidate: [any BlockReading]

  var isWhole: Bool { Side.allCases.allSatisfy { readings(of: $0).count == Self.repetitions.count } }

  func readings(of side: Side) -> [any BlockReading] { side == .resident ? resident : candidate }

  /// The geometric mean of a side's two readings; nil where either lacks a value above zero.
  func value(of metric: Metric, _ side: Side) -> Double? {
    let values = readings(of: side).compactMap { $0.value(of: metric) }
    guard values.count == Self.repetitions.count else { return nil }
    return try? Descriptive.geometricMean(values)
  }

  func pair(of metric: Metric) -> MeasurementPair? {
    guard let resident = value(of: metric, .resident), let candidate = value(of: metric, .candidate) else { return nil }
    return MeasurementPair(resident: resident, candidate: candidate)
  }

  /// Every block with a possible reading, ascending by number.
  static func all(in evidence: Evidence, _ envelope: Envelope) -> [Block] {
    struct Key: Hashable {
      let cell: CellID
      let number: Int
    }
    typealias Readings = [Key: [Int: any BlockReading]]
    let loops = Dictionary(envelope.replays.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let sides = Side.allCases.map { side in
      var readings: Readings = [:]
      for sample in evidence.samples(of: side) {
        guard let reading = sample.throughput, reading.isPossible, sample.place.item == nil,
          repetitions.contains(sample.place.repetition)
        else { continue }
        readings[Key(cell: sample.place.cell, number: sample.place.block), default: [:]][sample.place.repetition] =
          reading
      }
      let turns = evidence.samples(of: side).filter { $0.turn?.times.isPossible == true }
      for (place, pass) in Dictionary(grouping: turns, by: \.place.pass) {
        guard let cell = loops[place.cell], pass.count == cell.trace.rounds.count,
          repetitions.contains(place.repetition)
        else { continue }
        let inOrder = pass.sorted { ($0.place.round ?? 0) < ($1.place.round ?? 0) }
        readings[Key(cell: place.cell, number: place.block), default: [:]][place.repetition] = LoopReading(
          turns: inOrder)
      }
      return readings
    }
    let keys = sides.reduce(into: Set<Key>()) { $0.formUnion($1.keys) }
    return keys.sorted { $0.number < $1.number }.map { key in
      let readings = sides.map { side in repetitions.compactMap { side[key]?[$0] } }
      return Block(cell: key.cell, number: key.number, resident: readings[0], candidate: readings[1])
    }
  }
}

extension Sample.Place {
  /// The place without its round: what the turns of one pass through a loop share.
  var pass: Sample.Place { Sample.Place(cell: cell, block: block, repetition: repetition) }
}

extension Envelope {
  var replays: [ToolLoopCell] { toolLoops.filter { $0.mode == .replay } }

  /// Every cell that is measured in blocks, with the blocks that are planned.
  var blockCells: [(id: CellID, blocks: Int)] {
    throughput.map { ($0.id, plan.blocks) } + replays.map { ($0.id, $0.blocks) }
  }
}
