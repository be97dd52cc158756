/// Exact confidence limits for a binomial probability: at least the stated confidence, whatever the probability.
///
/// Source: C. J. Clopper and E. S. Pearson, *Biometrika* 26 (1934) 404–413, in the beta-quantile form.
public struct ClopperPearson: Sendable, Hashable {
  public let successes: Int
  public let trials: Int

  /// - Throws: `tooFewObservations` without a trial, `invalidCount` unless 0 ≤ successes ≤ trials.
  public init(successes: Int, trials: Int) throws(StatisticsError) {
    guard trials > 0 else { throw .tooFewObservations(needed: 1, got: trials) }
    guard successes >= 0, successes <= trials else { throw .invalidCount(name: "successes", value: successes) }
    self.successes = successes
    self.trials = trials
  }

  /// The two-sided interval with half of 1 − confidence in each tail.
  ///
  /// - Throws: `invalidParameter` unless 0 < confidence < 1.
  public func interval(confidence: Double) throws(StatisticsError) -> ConfidenceInterval {
    try StatisticsError.requireOpenUnit(confidence, "confidence")
    let tail = (1 - confidence) / 2
    return ConfidenceInterval(lower: lower(tail: tail), upper: upper(tail: tail), confidence: confidence)
  }

  /// The one-sided lower limit: the probability is at or above it with the given confidence.
  ///
  /// - Throws: `invalidParameter` unless 0 < confidence < 1.
  public func lowerLimit(confidence: Double) throws(StatisticsError) -> Double {
    try StatisticsError.requireOpenUnit(confidence, "confidence")
    return lower(tail: 1 - confidence)
  }

  /// The one-sided upper limit: the probability is at or below it with the given confidence.
  ///
  /// - Throws: `invalidParameter` unless 0 < confidence < 1.
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

/// The first failure in a series of trials, or that there was none.
///
/// If each trial fails with the same probability p, whatever came before, the first failure comes on average at trial
/// 1/p. The limits of p are exact: a first failure at trial r means that r trials have at least one failure and that
/// the r − 1 before it have none, which are Clopper and Pearson's cases.
public struct FirstFailure: Sendable, Hashable {
  /// Counts from 1; nil if no trial failed.
  public let trial: Int?
  public let trials: Int

  /// - Throws: `tooFewObservations` without a trial, `invalidCount` if `trial` is none of the trials.
  public init(trial: Int?, of trials: Int) throws(StatisticsError) {
    guard trials > 0 else { throw .tooFewObservations(needed: 1, got: trials) }
    if let trial, !(1...trials).contains(trial) { throw .invalidCount(name: "trial", value: trial) }
    self.trial = trial
    self.trials = trials
  }

  /// The two-sided interval of the mean trial of the first failure; without a failure it has no upper limit.
  ///
  /// - Throws: `invalidParameter` unless 0 < confidence < 1.
  public func meanInterval(confidence: Double) throws(StatisticsError) -> ConfidenceInterval {
    try StatisticsError.requireOpenUnit(confidence, "confidence")
    let tail = (1 - confidence) / 2
    let clean = trial.map { $0 - 1 } ?? trials
    let most = clean == 0 ? 1 : try ClopperPearson(successes: 0, trials: clean).upper(tail: tail)
    let least = try trial.map { trial throws(StatisticsError) in
      try ClopperPearson(successes: 1, trials: trial).lower(tail: tail)
    }
    return ConfidenceInterval(lower: 1 / most, upper: least.map { 1 / $0 } ?? .infinity, confidence: confidence)
  }
}
