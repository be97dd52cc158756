import Foundation

/// Summaries of one sample. Every member throws `nonFiniteObservation` if a value is infinite or not a number.
public enum Descriptive {
  /// The arithmetic mean.
  ///
  /// - Throws: `tooFewObservations` if there are no values.
  public static func mean(_ values: [Double]) throws(StatisticsError) -> Double {
    try moments(values, needed: 1).mean
  }

  /// The sample variance with divisor n − 1.
  ///
  /// - Throws: `tooFewObservations` below two values.
  public static func variance(_ values: [Double]) throws(StatisticsError) -> Double {
    let moments = try moments(values, needed: 2)
    return moments.squaredDeviations / Double(moments.count - 1)
  }

  /// The square root of the sample variance.
  public static func standardDeviation(_ values: [Double]) throws(StatisticsError) -> Double {
    try variance(values).squareRoot()
  }

  /// exp of the mean logarithm.
  ///
  /// - Throws: `nonPositiveObservation` for a value at or below zero, `tooFewObservations` if there are no values.
  public static func geometricMean(_ values: [Double]) throws(StatisticsError) -> Double {
    try requireFinite(values, needed: 1)
    var logarithms = RunningMoments()
    for (index, value) in values.enumerated() {
      guard value > 0 else { throw .nonPositiveObservation(index: index, value: value) }
      logarithms.observe(log(value))
    }
    return exp(logarithms.mean)
  }

  /// The middle value, or the mean of the two middle values.
  ///
  /// - Complexity: O(*n* log *n*)
  public static func median(_ values: [Double]) throws(StatisticsError) -> Double {
    try quantile(values, 0.5)
  }

  /// The quantile at `probability` in 0...1, linear between order statistics.
  ///
  /// Type 7 of R. J. Hyndman and Y. Fan, *The American Statistician* 50 (1996) 361–365: the default of R and NumPy.
  ///
  /// - Throws: `invalidParameter` if `probability` is outside 0...1, `tooFewObservations` if there are no values.
  /// - Complexity: O(*n* log *n*)
  public static func quantile(_ values: [Double], _ probability: Double) throws(StatisticsError) -> Double {
    try requireFinite(values, needed: 1)
    guard probability >= 0, probability <= 1 else {
      throw .invalidParameter(name: "probability", value: "\(probability)", requirement: "within 0...1")
    }
    return quantile(sorted: values.sorted(), probability)
  }

  /// The type 7 quantile of values that the caller knows to be ascending, finite and not empty. O(1).
  package static func quantile(sorted: [Double], _ probability: Double) -> Double {
    let position = probability * Double(sorted.count - 1)
    let below = min(Int(position), sorted.count - 1)
    let above = min(below + 1, sorted.count - 1)
    let fraction = position - Double(below)
    return sorted[below] * (1 - fraction) + sorted[above] * fraction
  }

  private static func moments(_ values: [Double], needed: Int) throws(StatisticsError) -> RunningMoments {
    try requireFinite(values, needed: needed)
    var moments = RunningMoments()
    for value in values { moments.observe(value) }
    return moments
  }

  private static func requireFinite(_ values: [Double], needed: Int) throws(StatisticsError) {
    guard values.count >= needed else { throw .tooFewObservations(needed: needed, got: values.count) }
    if let index = values.firstIndex(where: { !$0.isFinite }) { throw .nonFiniteObservation(index: index) }
  }
}

/// Mean and variance of values seen one at a time, in constant memory.
///
/// Source: B. P. Welford, *Technometrics* 4 (1962) 419–420; stable where a sum of squares would cancel.
public struct RunningMoments: Sendable, Hashable {
  public private(set) var count = 0
  /// The mean so far, 0 before the first value.
  public private(set) var mean = 0.0
  /// The sum of squared deviations from the mean.
  public private(set) var squaredDeviations = 0.0

  public init() {}

  /// Adds one finite value.
  public mutating func observe(_ value: Double) {
    count += 1
    let deviation = value - mean
    mean += deviation / Double(count)
    squaredDeviations += deviation * (value - mean)
  }

  /// The sample variance with divisor n − 1, nil below two values.
  public var variance: Double? {
    count < 2 ? nil : squaredDeviations / Double(count - 1)
  }

  /// The square root of the sample variance, nil below two values.
  public var standardDeviation: Double? {
    variance?.squareRoot()
  }
}

extension RunningMoments {
  /// Student's t interval of the mean: exact when values are independent and normal.
  ///
  /// - Throws: `tooFewObservations` below two values, `invalidParameter` unless 0 < confidence < 1.
  public func meanInterval(confidence: Double) throws(StatisticsError) -> ConfidenceInterval {
    guard count >= 2 else { throw .tooFewObservations(needed: 2, got: count) }
    try StatisticsError.requireOpenUnit(confidence, "confidence")
    let critical = -StudentT(degreesOfFreedom: Double(count - 1)).quantile((1 - confidence) / 2)
    let deviation = (squaredDeviations / Double(count - 1)).squareRoot()
    let radius = critical * deviation / Double(count).squareRoot()
    return ConfidenceInterval(lower: mean - radius, upper: mean + radius, confidence: confidence)
  }
}
