import Measurements
import Statistics
import Vocabulary

/// The readings of one block of one cell: two of each side, where it is whole.
struct Block {
  static let repetitions = 0..<2

  let cell: CellID
  let number: Int
  private let resident: [ThroughputReading]
  private let candidate: [ThroughputReading]

  var isWhole: Bool { Side.allCases.allSatisfy { readings(of: $0).count == Self.repetitions.count } }

  func readings(of side: Side) -> [ThroughputReading] { side == .resident ? resident : candidate }

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
  static func all(in evidence: Evidence) -> [Block] {
    struct Key: Hashable {
      let cell: CellID
      let number: Int
    }
    typealias Readings = [Key: [Int: ThroughputReading]]
    let sides = Side.allCases.map { side in
      evidence.samples(of: side).reduce(into: Readings()) { readings, sample in
        guard let reading = sample.throughput, reading.isPossible, sample.place.item == nil,
          repetitions.contains(sample.place.repetition)
        else { return }
        readings[Key(cell: sample.place.cell, number: sample.place.block), default: [:]][sample.place.repetition] =
          reading
      }
    }
    let keys = sides.reduce(into: Set<Key>()) { $0.formUnion($1.keys) }
    return keys.sorted { $0.number < $1.number }.map { key in
      let readings = sides.map { side in repetitions.compactMap { side[key]?[$0] } }
      return Block(cell: key.cell, number: key.number, resident: readings[0], candidate: readings[1])
    }
  }
}
