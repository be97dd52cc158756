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

  /// Takes one more finite value in.
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
