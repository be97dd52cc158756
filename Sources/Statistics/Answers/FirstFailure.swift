/// The first failure in a series of trials, or that there was none in so many.
///
/// What one series says of the mean: if each trial fails with one probability p, whatever came before, the first failure
/// comes on average at trial 1/p. The limits of p are exact: the first failure at trial r means that r trials hold one at
/// least and that the r - 1 before it hold none, which are Clopper and Pearson's cases.
public struct FirstFailure: Sendable, Hashable {
  /// From 1; nil where no trial failed.
  public let trial: Int?
  public let trials: Int

  /// Throws `tooFewObservations` without a trial, `invalidCount` where `trial` is none of the trials.
  public init(trial: Int?, of trials: Int) throws(StatisticsError) {
    guard trials > 0 else { throw .tooFewObservations(needed: 1, got: trials) }
    if let trial, !(1...trials).contains(trial) { throw .invalidCount(name: "trial", value: trial) }
    self.trial = trial
    self.trials = trials
  }

  /// The two-sided interval of the mean trial of the first failure; without a failure it has no upper limit.
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
