import Envelopes
import Foundation
import Measurements
import Statistics

/// What the stream of an endurance cell shows of one worker.
///
/// Trends are drawn through repetitions of the stream, each one point, so that what differs from one request of it to the
/// next is in every point alike. The first repetitions warm up and are in no trend.
public struct EnduranceFigures: Sendable, Equatable {
  /// A figure with the interval that it is known to lie in; both ends are equal for what was read and not estimated.
  public struct Figure: Sendable, Equatable {
    public let metric: Metric
    /// In the metric's unit.
    public let value: Double
    public let interval: ConfidenceInterval
  }

  public let figures: [Figure]
  /// The requests that they rest on, those of the warm-up included.
  public let requests: Int

  /// More points tell no more of a trend and take far longer.
  private static let mostPoints = 48

  public subscript(metric: Metric) -> Figure? { figures.first { $0.metric == metric } }

  /// - Parameters:
  ///   - requests: Of one pass through the stream, in order, whole repetitions.
  ///   - metric: The only one that is asked for; nil for all. A trend takes longer than all else.
  public init(
    _ cell: EnduranceCell, _ requests: [Sample], confidence: Double, only metric: Metric? = nil
  ) throws(StatisticsError) {
    self.requests = requests.count
    let points = Self.points(Self.repetitions(cell, requests), cell)
    var figures = Self.readings(requests, confidence)
    for trend in [Metric.memoryGrowthPerRequest, .memoryGrowthPerHour, .rateDrift] where [nil, trend].contains(metric) {
      if let figure = try Self.trend(trend, points, confidence) { figures.append(figure) }
    }
    self.figures = figures.sorted { $0.metric.rank < $1.metric.rank }
  }

  /// Nil if there are too few points, or one lacks what the metric is about.
  private static func trend(
    _ metric: Metric, _ points: [Point], _ confidence: Double
  ) throws(StatisticsError) -> Figure? {
    let values = points.compactMap { metric == .rateDrift ? $0.logRate : $0.footprint }
    guard points.count >= RobustTrend.fewestPoints, values.count == points.count else { return nil }
    if metric == .rateDrift { return try drift(values, confidence) }
    let abscissas = points.map { metric == .memoryGrowthPerHour ? $0.hours : $0.request }
    let trend = try RobustTrend(abscissas: abscissas, values: values, confidence: confidence)
    return Figure(metric: metric, value: trend.slope, interval: trend.interval)
  }

  /// The share of the decode rate that is lost from the first point to the last, by the trend of its logarithm.
  private static func drift(_ logRates: [Double], _ confidence: Double) throws(StatisticsError) -> Figure {
    let last = Double(logRates.count - 1)
    let trend = try RobustTrend(
      abscissas: logRates.indices.map { Double($0) / last }, values: logRates, confidence: confidence)
    return Figure(
      metric: .rateDrift, value: -expm1(trend.slope),
      interval: ConfidenceInterval(
        lower: -expm1(trend.interval.upper), upper: -expm1(trend.interval.lower), confidence: confidence))
  }

  /// What was read and not estimated.
  private static func readings(_ requests: [Sample], _ confidence: Double) -> [Figure] {
    let memory = requests.compactMap(\.memory)
    guard let first = memory.first, memory.count == requests.count else { return [] }
    func figure(_ metric: Metric, _ value: Double) -> Figure {
      Figure(
        metric: metric, value: value,
        interval: ConfidenceInterval(lower: value, upper: value, confidence: confidence))
    }
    let swap = memory.map(\.worstSwapBytes).max() ?? 0
    var figures = [figure(.swapTaken, Double(max(swap - first.worstSwapBytes, 0)))]
    if first.footprintBytes > 0, let peak = memory.map(\.footprintBytes).max() {
      figures.append(figure(.peakToStart, Double(peak) / Double(first.footprintBytes)))
    }
    if let last = memory.last { figures.append(figure(.footprint, Double(last.footprintBytes))) }
    if let pressure = memory.compactMap(\.hostPressure).max() { figures.append(figure(.hostPressure, pressure)) }
    return figures
  }
}

extension EnduranceFigures {
  /// One or several repetitions of the stream.
  private struct Point {
    var request: Double
    /// Of answering requests, since the beginning.
    var hours: Double
    /// Means over its requests; nil if one lacks it.
    var footprint: Double?
    var logRate: Double?
  }

  private typealias Repetition = [(number: Int, hours: Double, sample: Sample)]

  private static func repetitions(_ cell: EnduranceCell, _ requests: [Sample]) -> [Repetition] {
    var nanoseconds: Int64 = 0
    let all = requests.enumerated().map { index, sample in
      nanoseconds += sample.elapsedNanoseconds
      return (number: index, hours: Double(nanoseconds) / 3.6e12, sample: sample)
    }
    return stride(from: 0, to: all.count - cell.cycle + 1, by: cell.cycle).map { Array(all[$0..<$0 + cell.cycle]) }
  }

  private static func points(_ repetitions: [Repetition], _ cell: EnduranceCell) -> [Point] {
    let scored = Array(repetitions.dropFirst(cell.warmUps))
    let size = max((scored.count + mostPoints - 1) / mostPoints, 1)
    // What does not fill a point is left out at the beginning.
    return stride(from: scored.count % size, to: scored.count, by: size).map { start in
      let requests = scored[start..<start + size].flatMap(\.self)
      return Point(
        request: mean(requests.map { Double($0.number) }) ?? 0, hours: mean(requests.map(\.hours)) ?? 0,
        footprint: mean(requests.map { $0.sample.memory.map { Double($0.footprintBytes) } }),
        logRate: mean(
          requests.filter {
            cell.step(ofRequest: $0.number % cell.cycle)?.isTimed == true && $0.sample.status != .unsupported
          }
          .map { $0.sample.turn?.times.decodeTokensPerSecond.map { log($0) } }))
    }
  }

  /// Nil if there are none, or one is unknown.
  private static func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap(\.self)
    return known.isEmpty || known.count < values.count ? nil : known.reduce(0, +) / Double(known.count)
  }
}

extension Metric {
  fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
