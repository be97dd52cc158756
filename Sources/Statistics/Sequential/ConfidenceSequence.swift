import Foundation

/// Limits for one quantity that may be read after every observation.
///
/// With probability at least 1 − `alpha` the intervals of all sample sizes cover the true value together, so a run may
/// look whenever it likes and stop on what it sees. The same holds for each one-sided limit on its own. Using both
/// one-sided limits costs twice `alpha`.
///
/// The limits hold exactly the null values whose e-value is below 1/`alpha`: by Ville's inequality (J. Ville, 1939) a
/// process that starts at 1 and does not grow on average under the null ever reaches 1/`alpha` with probability at most
/// `alpha`.
public protocol ConfidenceSequence<Observation>: Sendable {
  associatedtype Observation

  /// The probability of ever missing the true value, between 0 and 1.
  var alpha: Double { get }
  /// The number of observations so far.
  var count: Int { get }
  /// The two-sided interval now; its ends are infinite, or the quantity's own bounds, until the data are informative.
  var interval: ConfidenceInterval { get }
  /// The one-sided lower limit now.
  var oneSidedLower: Double { get }
  /// The one-sided upper limit now.
  var oneSidedUpper: Double { get }

  /// Adds one observation, in the order of measurement; on an error nothing changes.
  mutating func observe(_ observation: Observation) throws(StatisticsError)

  /// The natural logarithm of the evidence against the null hypothesis; NaN if `nullValue` is not a number.
  func logEValue(against nullValue: Double, alternative: Alternative) -> Double
}

extension ConfidenceSequence {
  /// 1 − `alpha`.
  public var confidence: Double { 1 - alpha }

  /// The lower end of the two-sided interval.
  public var lower: Double { interval.lower }

  /// The upper end of the two-sided interval.
  public var upper: Double { interval.upper }

  /// The evidence against the null hypothesis: 1 is none, 1/`alpha` rejects it; infinite if beyond a `Double`.
  public func eValue(against nullValue: Double, alternative: Alternative = .twoSided) -> Double {
    exp(logEValue(against: nullValue, alternative: alternative))
  }
}

/// The largest magnitude a log-ratio of two positive `Double`s can have, rounded up.
let logRatioMagnitudeLimit = 1500.0

extension ConfidenceSequence where Observation == Double {
  func requireLogRatio(_ value: Double) throws(StatisticsError) {
    guard value.isFinite else { throw .nonFiniteObservation(index: count) }
    guard abs(value) <= logRatioMagnitudeLimit else { throw .logRatioOutOfRange(index: count, value: value) }
  }
}

/// Sums of numbers that are held as logarithms, because wealth leaves the range of a `Double` early.
enum LogSum {
  /// log of the mean of the exponentials; −∞ when empty.
  static func logMeanExp(_ logarithms: [Double]) -> Double {
    guard let largest = logarithms.max(), largest > -.infinity else { return -.infinity }
    if largest == .infinity { return .infinity }
    var sum = 0.0
    for value in logarithms { sum += exp(value - largest) }
    return largest + log(sum / Double(logarithms.count))
  }
}

/// Searches by bisection for the one place where a predicate changes from true to false.
enum Bisection {
  /// The last point found at which `holds` is still true, walking from `start` (true) towards `end` (false).
  ///
  /// Ends after `steps` halvings or when the bracket is one floating-point step wide. The result is on the true side,
  /// so that rounding never moves a limit across the boundary; if nothing beyond `start` is true it is `start`.
  static func lastTrue(from start: Double, to end: Double, steps: Int = 80, holds: (Double) -> Bool) -> Double {
    var known = start
    var beyond = end
    for _ in 0..<steps {
      let middle = known + (beyond - known) / 2
      if middle == known || middle == beyond { break }
      if holds(middle) {
        known = middle
      } else {
        beyond = middle
      }
    }
    return known
  }
}
