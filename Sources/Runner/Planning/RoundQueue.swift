import Measurements

/// The rounds that a session still has to measure, and those that take the place of void ones.
struct RoundQueue {
  let schedule: RoundSchedule
  /// The blocks of rounds that were begun and not finished, which are void: their workers are gone.
  let interrupted: [BlockVoid]
  /// The rounds of the whole session, those that were measured before among them.
  private(set) var count: Int
  private var left: [Int]

  /// - Parameters:
  ///   - earlier: The samples that the session has.
  ///   - voids: The blocks that are void already. Each round with one gets another in its place, up to as many as are
  ///     planned.
  init(_ schedule: RoundSchedule, earlier: [Sample] = [], voids: [BlockVoid] = []) {
    let cells = schedule.cells
    var void: [Int: Set<CellID>] = [:]
    for block in voids where cells.contains(block.cell) { void[block.block, default: []].insert(block.cell) }
    var measured: [Int: [Sample]] = [:]
    for sample in earlier where cells.contains(sample.place.cell) {
      measured[sample.place.block, default: []].append(sample)
    }
    var interrupted: [BlockVoid] = []
    for (round, samples) in measured.sorted(by: { $0.key < $1.key }) where !schedule.isWhole(samples) {
      let reason = "interrupted after \(samples.count) of \(schedule.samplesPerRound) samples"
      interrupted += cells.filter { void[round]?.contains($0) != true }
        .map { BlockVoid(cell: $0, block: round, reason: reason) }
      void[round] = Set(cells)
    }
    let count = schedule.plannedCount + min(void.count, schedule.plannedCount)
    self.schedule = schedule
    self.interrupted = interrupted
    self.count = count
    left = (0..<count).filter { measured[$0] == nil && void[$0] == nil }
  }

  /// The next round; nil if all are measured.
  var first: ScheduledRound? { left.first.map(schedule.round) }

  /// Samples of all rounds, and those that were taken before.
  var sampleCounts: (total: Int, done: Int) {
    (count * schedule.samplesPerRound, (count - left.count) * schedule.samplesPerRound)
  }

  /// The rounds that are still to be measured.
  var leftCount: Int { left.count }

  mutating func pop() -> ScheduledRound? { left.isEmpty ? nil : schedule.round(left.removeFirst()) }

  /// Adds a round in place of a void one, as far as there are no more than twice the planned ones.
  ///
  /// - Returns: Whether one was added.
  mutating func addRound() -> Bool {
    guard count < 2 * schedule.plannedCount else { return false }
    left.append(count)
    count += 1
    return true
  }
}

extension RoundSchedule {
  /// Whether the samples of a round are all of it. A replay is over where a turn of either model fails.
  fileprivate func isWhole(_ round: [Sample]) -> Bool {
    let byCell = Dictionary(grouping: round, by: \.place.cell)
    return cells.allSatisfy { cell in
      let own = byCell[cell, default: []]
      return own.count >= samples(of: cell) || own.contains { $0.place.round != nil && $0.turn == nil }
    }
  }
}
