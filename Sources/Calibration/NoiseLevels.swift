import Foundation
import Measurements
import Statistics

/// How much a host's times scatter, as natural logarithms of times, so that 0.02 is about 2 %.
///
/// What a level is until samples say otherwise is assumed: a shared two-core virtual machine, which is noisier than a
/// workstation. A unit is a repetition by blocks and a slice by rounds.
public struct NoiseLevels: Sendable, Equatable {
  /// The standard deviation of one repetition around the host's speed at that moment.
  public var repetition = 0.02
  /// The same of one slice.
  public var slice = 0.04
  /// The standard deviation of a drifting host's speed around its mean.
  public var drift = 0.03
  /// The correlation of the host's speed from one unit to the next.
  public var driftCorrelation = 0.95
  /// How much slower a warm host is than a cold one.
  public var ramp = 0.1
  /// The share of units in which a burst of interference begins; it lasts three units on average.
  public var burstRate = 0.02
  /// The mean slow-down of a burst, which is exponentially distributed.
  public var burstSlowdown = 0.1
  /// The standard deviation over loads of a model's speed.
  public var load = 0.03
  /// The standard deviation of a worker's own drifting speed, and its correlation from one of its slices to the next.
  public var ownDrift = 0.03
  public var ownDriftCorrelation = 0.9
  /// The share of slices that take two to three times as long.
  public var stallShare = 0.1
  /// How much slower the second slice of a pair is, relative to the first.
  public var order = 0.05

  /// For a host without samples.
  public static let assumed = NoiseLevels()
}

/// Fitting by blocks.
extension NoiseLevels {
  /// The fewest repetitions of one side and cell that are used.
  private static let shortestSeries = 8
  /// The fewest samples to which levels are fitted.
  static let fewestSamples = 64
  /// The median distance of normal values from their middle, in standard deviations.
  static let normalMedian = 0.6744897501960817

  /// The levels that stored comparisons of a host show; nil if they have too few repetitions.
  ///
  /// All are estimated from the logarithms of total times by side and cell: the scatter of repetitions from the
  /// differences within blocks, drift from the scatter of blocks beyond that (both by medians, so that bursts do not
  /// count), its correlation from successive blocks, the ramp from the first third to the last, bursts from times above
  /// five deviations. What the samples do not show stays as assumed.
  public init?(fitting comparisons: [Evidence]) {
    let series = comparisons.flatMap { evidence in Side.allCases.flatMap { TimeSeries.all(evidence.samples(of: $0)) } }
      .filter { $0.logTimes.count >= Self.shortestSeries }
    let total = series.reduce(0) { $0 + $1.logTimes.count }
    let differences = series.flatMap(\.differences).map(abs)
    guard total >= Self.fewestSamples, let middle = try? Descriptive.median(differences), middle > 0 else { return nil }
    self = .assumed
    let scatter = middle / Self.normalMedian / 2.0.squareRoot()
    repetition = scatter
    let blocks = series.map(\.blockMeans)
    if let middle = try? Descriptive.median(blocks.flatMap(Self.distances)) {
      let deviation = middle / Self.normalMedian
      drift = max(deviation * deviation - repetition * repetition / 2, 0).squareRoot()
    }
    let correlations = blocks.compactMap(Self.correlation)
    if let middle = try? Descriptive.median(correlations) {
      // At least four repetitions lie between two blocks of a cell.
      driftCorrelation = pow(min(max(middle, 0.01), 0.99), 0.25)
    }
    let ramps = series.compactMap(\.ramp)
    if let middle = try? Descriptive.median(ramps) { ramp = max(abs(middle), 0.01) }
    let slow = series.flatMap { $0.excesses(above: 5 * scatter) }
    if !slow.isEmpty, let mean = try? Descriptive.mean(slow) {
      burstRate = min(Double(slow.count) / Double(total), 0.5) / HostNoise.burstLength
      burstSlowdown = mean
    }
  }

  /// How far each value is from their median.
  private static func distances(_ values: [Double]) -> [Double] {
    guard let median = try? Descriptive.median(values) else { return [] }
    return values.map { abs($0 - median) }
  }

  /// The correlation of each value with the next.
  private static func correlation(_ values: [Double]) -> Double? {
    guard values.count >= 4, let mean = try? Descriptive.mean(values) else { return nil }
    let deviations = values.map { $0 - mean }
    let total = deviations.reduce(0) { $0 + $1 * $1 }
    guard total > 0 else { return nil }
    return zip(deviations, deviations.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / total
  }
}

/// The times of one side in one cell of one session, in the order of measurement.
private struct TimeSeries {
  let logTimes: [Double]
  /// Repetition 1 minus repetition 0 of each whole block.
  let differences: [Double]
  let blockMeans: [Double]

  static func all(_ samples: [Sample]) -> [TimeSeries] {
    Dictionary(grouping: samples.filter { $0.place.item == nil }, by: \.place.cell).sorted { $0.key < $1.key }
      .map { TimeSeries($0.value) }
  }

  private init(_ samples: [Sample]) {
    var blocks: [Int: [Double]] = [:]
    var logTimes: [Double] = []
    for sample in samples.sorted(by: { ($0.place.block, $0.place.repetition) < ($1.place.block, $1.place.repetition) })
    {
      guard let reading = sample.throughput, reading.slices.isEmpty, let seconds = reading.totalSeconds, seconds > 0
      else { continue }
      logTimes.append(log(seconds))
      blocks[sample.place.block, default: []].append(log(seconds))
    }
    let whole = blocks.sorted { $0.key < $1.key }.map(\.value).filter { $0.count == 2 }
    self.logTimes = logTimes
    differences = whole.map { $0[1] - $0[0] }
    blockMeans = whole.map { ($0[0] + $0[1]) / 2 }
  }

  /// How much slower the last third is than the first.
  var ramp: Double? {
    let third = logTimes.count / 3
    guard third > 0, let first = try? Descriptive.median(Array(logTimes.prefix(third))),
      let last = try? Descriptive.median(Array(logTimes.suffix(third)))
    else { return nil }
    return last - first
  }

  /// By how much times exceed their median, if by more than `limit`.
  func excesses(above limit: Double) -> [Double] {
    guard let median = try? Descriptive.median(logTimes) else { return [] }
    return logTimes.map { $0 - median }.filter { $0 > limit }
  }
}
