import Foundation

/// Summaries of one sample. Every member throws `nonFiniteObservation` when a value is infinite or not a number.
public enum Descriptive {
  /// The arithmetic mean; throws `tooFewObservations` when empty.
  public static func mean(_ values: [Double]) throws(StatisticsError) -> Double {
    try moments(values, needed: 1).mean
  }

  /// The sample variance with divisor n − 1; throws `tooFewObservations` below two values.
  public static func variance(_ values: [Double]) throws(StatisticsError) -> Double {
    let moments = try moments(values, needed: 2)
    return moments.squaredDeviations / Double(moments.count - 1)
  }

  /// The square root of the sample variance.
  public static func standardDeviation(_ values: [Double]) throws(StatisticsError) -> Double {
    try variance(values).squareRoot()
  }

  /// exp of the mean logarithm; throws `nonPositiveObservation` for a value at or below zero.
  public static func geometricMean(_ values: [Double]) throws(StatisticsError) -> Double {
    try requireFinite(values, needed: 1)
    var logarithms = RunningMoments()
    for (index, value) in values.enumerated() {
      guard value > 0 else { throw .nonPositiveObservation(index: index, value: value) }
      logarithms.observe(log(value))
    }
    return exp(logarithms.mean)
  }

  static func moments(_ values: [Double], needed: Int) throws(StatisticsError) -> RunningMoments {
    try requireFinite(values, needed: needed)
    var moments = RunningMoments()
    for value in values { moments.observe(value) }
    return moments
  }

  static func requireFinite(_ values: [Double], needed: Int) throws(StatisticsError) {
    guard values.count >= needed else { throw .tooFewObservations(needed: needed, got: values.count) }
    if let index = values.firstIndex(where: { !$0.isFinite }) { throw .nonFiniteObservation(index: index) }
  }
}
