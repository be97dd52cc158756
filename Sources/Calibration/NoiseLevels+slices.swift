import Foundation
import Measurements
import Statistics

/// Fitting by rounds.
extension NoiseLevels {
  /// The least stall share that is simulated, so that stalls are never left out.
  private static let leastStallShare = 0.01
  /// Within how many deviations a host's speed is taken as it is; beyond, it counts as that many.
  private static let farthest = 4.0

  /// The levels that stored requests in slices show; nil below 64 of them, both models counted.
  ///
  /// Times are logarithms of nanoseconds per token. A pair's difference is the candidate's time minus the resident's; from
  /// differences and means alike the session's median for the cell and phase is taken, which holds what the models differ
  /// in.
  ///
  /// - `slice`: The median absolute deviation of pairs' differences from their median in the same request and phase.
  /// - `load`: The scatter over a session's rounds of the mean difference, less what the pairs within rounds explain. A
  ///   drift of one worker alone counts as its load.
  /// - `drift`, `driftCorrelation`: The deviation of pairs' means, less that of slices and loads, and the correlation of
  ///   each with the next of the same request.
  /// - `stallShare`: The share of slices that take more than twice the median of their request and phase; at least 1 %.
  ///
  /// The other levels stay as assumed.
  public init?(fittingSlices comparisons: [Evidence]) {
    let sessions = comparisons.map(SlicedSession.init)
    let phases = sessions.flatMap(\.phases)
    let requests = 2 * sessions.reduce(0) { $0 + $1.requests }
    let distances = phases.flatMap(\.distances)
    guard requests >= Self.fewestSamples, let middle = try? Descriptive.median(distances), middle > 0 else {
      return nil
    }
    self = .assumed
    slice = middle / Self.normalMedian / 2.0.squareRoot()
    load = Self.loadDeviation(sessions) ?? load
    let slow = phases.reduce(0) { $0 + $1.stalls }
    stallShare = max(Double(slow) / Double(2 * phases.reduce(0) { $0 + $1.means.count }), Self.leastStallShare)
    fitDrift(phases)
  }

  private static func loadDeviation(_ sessions: [SlicedSession]) -> Double? {
    var (between, freedom, within, rounds) = (0.0, 0, 0.0, 0)
    for session in sessions where session.rounds.count > 1 {
      var means = RunningMoments()
      for round in session.rounds {
        means.observe(round.mean)
        within += (round.variance ?? 0) / Double(round.count)
      }
      between += means.squaredDeviations
      freedom += means.count - 1
      rounds += means.count
    }
    guard freedom > 0 else { return nil }
    // Two loads make one difference.
    return (max(between / Double(freedom) - within / Double(rounds), 0) / 2).squareRoot()
  }

  private mutating func fitDrift(_ phases: [SlicedPhase]) {
    guard let middle = try? Descriptive.median(phases.flatMap(\.means).map(abs)), middle > 0 else { return }
    let deviation = middle / Self.normalMedian
    let slow = max(deviation * deviation - slice * slice / 2, 0)
    drift = max(slow - load * load / 2, 0).squareRoot()
    let limit = Self.farthest * deviation
    var (product, count) = (0.0, 0)
    for means in phases.map(\.means) {
      for (one, next) in zip(means, means.dropFirst()) {
        product += min(max(one, -limit), limit) * min(max(next, -limit), limit)
        count += 1
      }
    }
    guard count > 0, drift > 0 else { return }
    let correlation = (product / Double(count) - load * load / 2) / (drift * drift)
    // From one pair to the next there are two slices.
    driftCorrelation = min(max(correlation, 0.01), 0.99).squareRoot()
  }
}

/// A session's requests in slices, both models' in pairs.
private struct SlicedSession {
  /// Pairs of requests.
  let requests: Int
  let phases: [SlicedPhase]
  /// The differences of all pairs of slices of a round.
  let rounds: [RunningMoments]

  private struct Key: Hashable {
    let cell: CellID
    let block: Int
  }

  init(_ evidence: Evidence) {
    func sliced(_ side: Side) -> [Key: [Slice]] {
      let samples = evidence.samples(of: side).filter { $0.throughput?.slices.isEmpty == false }
      return Dictionary(
        samples.map { (Key(cell: $0.place.cell, block: $0.place.block), $0.throughput?.slices ?? []) },
        uniquingKeysWith: { first, _ in first })
    }
    let (resident, candidate) = (sliced(.resident), sliced(.candidate))
    let keys = resident.keys.filter { candidate[$0]?.count == resident[$0]?.count }
      .sorted { ($0.cell, $0.block) < ($1.cell, $1.block) }
    requests = keys.count
    var phases: [SlicedPhase] = []
    var rounds: [Int: RunningMoments] = [:]
    for cell in Set(keys.map(\.cell)).sorted() {
      for phase in Slice.Phase.allCases {
        let all = keys.filter { $0.cell == cell }
          .map { SlicedPhase(resident[$0] ?? [], candidate[$0] ?? [], phase, block: $0.block) }
        let centered = SlicedPhase.centered(all)
        for request in centered {
          for difference in request.differences { rounds[request.block, default: RunningMoments()].observe(difference) }
        }
        phases += centered
      }
    }
    self.phases = phases
    self.rounds = rounds.sorted { $0.key < $1.key }.map(\.value)
  }
}

/// The pairs of slices of one phase of both models' requests.
private struct SlicedPhase {
  let block: Int
  /// The candidate's time minus the resident's of each pair, and their mean, in the order of measurement.
  private(set) var differences: [Double] = []
  private(set) var means: [Double] = []
  /// Slices of both sides that take more than twice the median of their side.
  private(set) var stalls = 0

  /// Pairs from which on the median of a request says something.
  private static let fewestPairs = 8

  init(_ resident: [Slice], _ candidate: [Slice], _ phase: Slice.Phase, block: Int) {
    self.block = block
    let pairs = zip(resident, candidate).filter { $0.phase == phase && $1.phase == phase && $0.tokens == $1.tokens }
    let times = pairs.map { (resident: $0.logTime, candidate: $1.logTime) }
    differences = times.map { $0.candidate - $0.resident }
    means = times.map { ($0.candidate + $0.resident) / 2 }
    stalls = Self.stalls(times.map(\.resident)) + Self.stalls(times.map(\.candidate))
  }

  private static func stalls(_ logTimes: [Double]) -> Int {
    guard let median = try? Descriptive.median(logTimes) else { return 0 }
    return logTimes.count { $0 > median + log(2) }
  }

  /// How far each difference is from their median.
  var distances: [Double] {
    guard differences.count >= Self.fewestPairs, let median = try? Descriptive.median(differences) else { return [] }
    return differences.map { abs($0 - median) }
  }

  /// The same without the medians over all of them.
  static func centered(_ phases: [SlicedPhase]) -> [SlicedPhase] {
    guard let difference = try? Descriptive.median(phases.flatMap(\.differences)),
      let mean = try? Descriptive.median(phases.flatMap(\.means))
    else { return [] }
    return phases.map {
      var phase = $0
      phase.differences = phase.differences.map { $0 - difference }
      phase.means = phase.means.map { $0 - mean }
      return phase
    }
  }
}

extension Slice {
  /// Of nanoseconds per token.
  fileprivate var logTime: Double { log(Double(max(nanoseconds, 1)) / Double(max(tokens, 1))) }
}
