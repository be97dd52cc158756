/// Exact confidence limits for a binomial probability: at least the stated confidence, whatever the probability.
///
/// Source: C. J. Clopper and E. S. Pearson, *Biometrika* 26 (1934) 404–413, in the beta-quantile form.
public struct ClopperPearson: Sendable, Hashable {
  public let successes: Int
  public let trials: Int

  /// Throws `invalidCount` unless 0 ≤ successes ≤ trials and there is at least one trial.
  public init(successes: Int, trials: Int) throws(StatisticsError) {
    guard trials > 0 else { throw .tooFewObservations(needed: 1, got: trials) }
    guard successes >= 0, successes <= trials else { throw .invalidCount(name: "successes", value: successes) }
    self.successes = successes
    self.trials = trials
  }

  /// The two-sided interval with half of 1 − confidence in each tail.
  public func interval(confidence: Double) throws(StatisticsError) -> ConfidenceInterval {
    try StatisticsError.requireOpenUnit(confidence, "confidence")
    let tail = (1 - confidence) / 2
    return ConfidenceInterval(lower: lower(tail: tail), upper: upper(tail: tail), confidence: confidence)
  }

  /// The one-sided lower limit: the probability is at or above it with the given confidence.
  public func lowerLimit(confidence: Double) throws(StatisticsError) -> Double {
    try StatisticsError.requireOpenUnit(confidence, "confidence")
    return lower(tail: 1 - confidence)
  }

  /// The one-sided upper limit: the probability is at or below it with the given confidence.
  public func upperLimit(confidence: Double) throws(StatisticsError) -> Double {
    try StatisticsError.requireOpenUnit(confidence, "confidence")
    return upper(tail: 1 - confidence)
  }

  /// The probability at which `successes` or more have probability `tail`.
  func lower(tail: Double) -> Double {
    if successes == 0 { return 0 }
    return IncompleteBeta.inverse(tail, a: Double(successes), b: Double(trials - successes) + 1)
  }

  /// The probability at which `successes` or fewer have probability `tail`.
  func upper(tail: Double) -> Double {
    if successes == trials { return 1 }
    return 1 - IncompleteBeta.inverse(tail, a: Double(trials - successes), b: Double(successes) + 1)
  }
}
