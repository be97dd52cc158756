import Foundation
import Platform

/// How much a series grows per unit of its abscissa, when single values may be far off and neighbours depend on each other.
///
/// The slope is the median of the slopes of all pairs (P. K. Sen, *JASA* 63 (1968) 1379–1389). Its spread comes from series
/// that are drawn anew around the line: innovations of the residuals in blocks of two, coloured by the residuals'
/// autocorrelation at lag one (P. Bühlmann, *Bernoulli* 3 (1997) 123–148). That autocorrelation is corrected for the bias
/// that a fitted line brings in short series (M. G. Kendall, *Biometrika* 41 (1954) 403–404).
///
/// Simulated one-sided errors at 5 %: about 5 % for independent values also with outliers, 7 % at an autocorrelation of 0.5,
/// 10 to 15 % at 0.9, 20 % for a random walk, whose drift a series of this length hardly shows.
public struct RobustTrend: Sendable, Equatable {
  /// Units of the values per unit of the abscissa.
  public let slope: Double
  public let interval: ConfidenceInterval
  /// At lag one, of what is left after the line; corrected, and between 0 and 0.98.
  public let autocorrelation: Double

  public static let fewestPoints = 8
  private static let draws = 200

  /// - Parameters:
  ///   - abscissas: Ascending, none twice.
  ///   - confidence: Of the two-sided interval.
  /// - Throws: `tooFewObservations`, `nonFiniteObservation`, `invalidParameter`.
  /// - Complexity: O(*n*² log *n*), some 200 times.
  public init(abscissas: [Double], values: [Double], confidence: Double) throws(StatisticsError) {
    try StatisticsError.requireOpenUnit(confidence, "confidence")
    let count = min(abscissas.count, values.count)
    guard count >= Self.fewestPoints else { throw .tooFewObservations(needed: Self.fewestPoints, got: count) }
    if let index = values.firstIndex(where: { !$0.isFinite }) { throw .nonFiniteObservation(index: index) }
    guard zip(abscissas, abscissas.dropFirst()).allSatisfy({ $0 < $1 && $1.isFinite }) else {
      throw .invalidParameter(name: "abscissas", value: "not ascending", requirement: "ascending, none twice")
    }
    let slope = Self.slope(abscissas, values)
    let lifted = zip(abscissas, values).map { $1 - slope * $0 }
    let middle = Self.median(lifted)
    let residuals = lifted.map { $0 - middle }
    autocorrelation = Self.autocorrelation(of: residuals)
    var drawn = RunningMoments()
    var source = ColouredNoise(residuals, autocorrelation)
    for _ in 0..<Self.draws { drawn.observe(Self.slope(abscissas, source.series(count))) }
    let spread = drawn.standardDeviation ?? 0
    let size = Double(count)
    let critical = StudentT(degreesOfFreedom: max((size / 3).rounded(.down), 3)).quantile((1 + confidence) / 2)
    let distance = critical * spread * (size / (size - 3)).squareRoot()
    self.slope = slope
    interval = ConfidenceInterval(lower: slope - distance, upper: slope + distance, confidence: confidence)
  }

  private static func slope(_ abscissas: [Double], _ values: [Double]) -> Double {
    var slopes: [Double] = []
    slopes.reserveCapacity(values.count * (values.count - 1) / 2)
    for later in values.indices {
      for earlier in 0..<later {
        slopes.append((values[later] - values[earlier]) / (abscissas[later] - abscissas[earlier]))
      }
    }
    return median(slopes)
  }

  private static func median(_ values: [Double]) -> Double { Descriptive.quantile(sorted: values.sorted(), 0.5) }

  /// Values beyond three robust deviations are cut to them: one spike would hide how all others hang together.
  private static func autocorrelation(of residuals: [Double]) -> Double {
    let limit = 3 * 1.4826 * median(residuals.map(\.magnitude))
    guard limit > 0 else { return 0 }
    let cut = residuals.map { min(max($0, -limit), limit) }
    let squares = cut.reduce(0) { $0 + $1 * $1 }
    let raw = zip(cut, cut.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / squares
    return min(max(raw + (2 + 4 * raw) / Double(residuals.count), 0), 0.98)
  }
}

/// Series with the innovations and the autocorrelation of another; the seed is fixed, so that anyone gets the same.
private struct ColouredNoise {
  private let innovations: [Double]
  private let autocorrelation: Double
  private var generator = SplitMix64(seed: 0x5245_5349_4445_4E54)

  init(_ residuals: [Double], _ autocorrelation: Double) {
    self.autocorrelation = autocorrelation
    let raw = zip(residuals, residuals.dropFirst()).map { $1 - autocorrelation * $0 }
    let mean = raw.reduce(0, +) / Double(raw.count)
    innovations = raw.map { $0 - mean }
  }

  mutating func series(_ count: Int) -> [Double] {
    var values: [Double] = []
    var value = 0.0
    // As many again before the first, so that the series does not begin at rest.
    while values.count < 2 * count {
      let start = generator.nextIndex(below: innovations.count - 1)
      for innovation in innovations[start...start + 1] {
        value = autocorrelation * value + innovation
        values.append(value)
      }
    }
    return Array(values.suffix(count))
  }
}
