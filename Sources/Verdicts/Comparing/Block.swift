import Envelopes
import Measurements
import Statistics

/// The readings of one block of one cell: where it is whole, two of each side, or one of each in slices or turns that
/// alternate.
struct Block {
  static let repetitions = 0..<2

  let cell: CellID
  let number: Int
  private let resident: [any BlockReading]
  private let candidate: [any BlockReading]
  /// The pair of requests in slices; nil if the block has whole requests only.
  private let sliced: SlicedRequests?
  /// The pair of replays of a round; nil for throughput cells and for envelopes of blocks.
  private let turns: TurnPairs?

  /// A request in slices without its pair is no repetition of a whole one.
  var isWhole: Bool {
    if sliced != nil || turns != nil { return true }
    return Side.allCases.allSatisfy { side in
      let readings = readings(of: side)
      return readings.count == Self.repetitions.count
        && readings.allSatisfy { ($0 as? ThroughputReading)?.slices.isEmpty ?? true }
    }
  }

  func readings(of side: Side) -> [any BlockReading] { side == .resident ? resident : candidate }

  /// A side's value: that of its whole requests if they define it, by their geometric mean, else of its request in slices;
  /// nil if there is none above zero.
  func value(of metric: Metric, _ side: Side) -> Double? {
    if let turns { return (side == .resident ? turns.resident : turns.candidate).ratioValue(of: metric) }
    guard let sliced else {
      let values = readings(of: side).compactMap { $0.ratioValue(of: metric) }
      guard values.count == Self.repetitions.count else { return nil }
      return try? Descriptive.geometricMean(values)
    }
    let whole = readings(of: side).compactMap { $0 as? ThroughputReading }.first { $0.slices.isEmpty }
    let own = side == .resident ? sliced.resident : sliced.candidate
    return whole?.ratioValue(of: metric) ?? own.ratioValue(of: metric)
  }

  /// Both sides' values, whose ratio is the block's effect.
  func pair(of metric: Metric, by requests: PromotionRule.Guardrail.Requests = .all) -> MeasurementPair? {
    if let sliced { return sliced.pair(of: metric, by: requests) }
    if let turns { return turns.pair(of: metric) }
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
    let loops = envelope.turnCounts
    let sides = Side.allCases.map { side in
      var readings: Readings = [:]
      for sample in evidence.samples(of: side) {
        guard let reading = sample.throughput, reading.problem == nil, sample.place.item == nil,
          repetitions.contains(sample.place.repetition)
        else { continue }
        readings[Key(cell: sample.place.cell, number: sample.place.block), default: [:]][sample.place.repetition] =
          reading
      }
      let turns = evidence.samples(of: side).filter { $0.turn != nil && $0.turn?.times.problem == nil }
      for (place, pass) in Dictionary(grouping: turns, by: \.place.pass) {
        guard pass.count == loops[place.cell],
          repetitions.contains(place.repetition)
        else { continue }
        let inOrder = pass.sorted { ($0.place.round ?? 0) < ($1.place.round ?? 0) }
        readings[Key(cell: place.cell, number: place.block), default: [:]][place.repetition] = LoopPassReading(
          turns: inOrder)
      }
      return readings
    }
    let keys = sides.reduce(into: Set<Key>()) { $0.formUnion($1.keys) }
    return keys.sorted { $0.number < $1.number }.map { key in
      let readings = sides.map { side in repetitions.compactMap { side[key]?[$0] } }
      return Block(
        cell: key.cell, number: key.number, resident: readings[0], candidate: readings[1],
        sliced: SlicedRequests(of: sides.map { $0[key] ?? [:] }, envelope.plan.slice),
        turns: envelope.schema == .rounds ? TurnPairs(of: sides.map { $0[key] ?? [:] }) : nil)
    }
  }
}

extension SlicedRequests {
  /// From the readings of the resident and of the candidate by repetition, if the first of both have slices.
  fileprivate init?(of sides: [[Int: any BlockReading]], _ slice: SliceLength?) {
    guard let resident = sides.first?[0] as? ThroughputReading, let candidate = sides.last?[0] as? ThroughputReading
    else { return nil }
    let whole = sides.compactMap { ($0[1] as? ThroughputReading)?.tokenNanoseconds.last }
    self.init(resident: resident, candidate: candidate, wholeNanoseconds: whole, slice: slice)
  }
}

extension TurnPairs {
  /// From the readings of the resident and of the candidate by repetition, if the first of both are replays.
  fileprivate init?(of sides: [[Int: any BlockReading]]) {
    guard let resident = sides.first?[0] as? LoopPassReading, let candidate = sides.last?[0] as? LoopPassReading else {
      return nil
    }
    self.init(resident: resident, candidate: candidate)
  }
}

extension Sample.Place {
  /// The place without its round: what the turns of one pass through a loop share.
  var pass: Sample.Place { Sample.Place(cell: cell, block: block, repetition: repetition) }
}

extension Envelope {
  var replays: [ToolLoopCell] { toolLoops.filter { $0.mode == .replay } }

  /// The turns of a model in a block of each replay and each embedding cell.
  var turnCounts: [CellID: Int] {
    Dictionary(
      replays.map { ($0.id, $0.trace.rounds.count) } + embedding.map { ($0.id, $0.turns) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Every cell that is measured in blocks, with the blocks that are planned.
  var blockCells: [(id: CellID, blocks: Int)] {
    throughput.map { ($0.id, plan.blocks) }
      + replays.map { ($0.id, schema == .rounds ? plan.blocks : $0.blocks) } + embedding.map { ($0.id, plan.blocks) }
  }

  /// Whether a rule about the metric is decided block by block, so that measuring may end on it: by rounds that is so for
  /// replays and embedding cells as well.
  func isSequential(_ metric: Metric) -> Bool {
    metric.isOfThroughput || (schema == .rounds && (metric.sources == [.replay] || metric.sources == [.embedding]))
  }
}

/// What one repetition of a block yields.
protocol BlockReading: Sendable {
  /// The value in the metric's unit; nil if the reading does not define one.
  func value(of metric: Metric) -> Double?
  /// The metric by whose values repetitions are compared with each other.
  static var pace: Metric { get }
}

extension BlockReading {
  /// The value, if it is one that a ratio can be made of: above zero and finite.
  func ratioValue(of metric: Metric) -> Double? { value(of: metric).flatMap { $0 > 0 && $0.isFinite ? $0 : nil } }
}

extension ThroughputReading: BlockReading {
  static var pace: Metric { .cumulativeTokensPerSecond }
}

extension LoopPassReading: BlockReading {
  static var pace: Metric { .loopTokensPerSecond }
}

extension BlockVoid {
  /// The blocks that are not scored: those recorded as void, and, where the plan has such a limit, those in which the two
  /// repetitions of either side differ in cumulative throughput by more than it, relative to the slower of the two.
  ///
  /// In the order of the envelope's cells, then of the blocks, each once; a recorded reason stands. Blocks with only one
  /// repetition of a side are not void, but incomplete.
  ///
  /// - Complexity: O(*n* log *n*) in blocks.
  static func all(in blocks: [Block], recorded: [BlockVoid], _ envelope: Envelope) -> [BlockVoid] {
    var diverged: [BlockVoid] = []
    if case .blocks(let limit) = envelope.plan.unit {
      diverged = blocks.compactMap { block in
        block.divergence(limit: limit).map { BlockVoid(cell: block.cell, block: block.number, reason: $0) }
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
  /// Which sides' repetitions differ by more than the limit, with the figures; nil if none does.
  fileprivate func divergence(limit: Double) -> String? {
    let reasons = Side.allCases.compactMap { side -> String? in
      let readings = readings(of: side)
      guard let pace = readings.first.map({ type(of: $0).pace }) else { return nil }
      let rates = readings.compactMap { $0.ratioValue(of: pace) }
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
