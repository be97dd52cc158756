/// Exact limits of the accuracy difference candidate − resident, for a number of items fixed in advance.
///
/// The difference is P(only the candidate is right) − P(only the resident is right). Each probability gets its
/// Clopper-Pearson limits, and the error probability is split evenly between the two (Bonferroni), so coverage is at
/// least the stated confidence for every true table; the price is width. With n identical answers the limits are about
/// ± log(4/α)/n, never zero.
extension PairedAnswers {
  /// The two-sided interval: each share at confidence 1 − α/2 where α = 1 − confidence.
  public func accuracyDifferenceInterval(confidence: Double) throws(StatisticsError) -> ConfidenceInterval {
    let (gain, loss) = try shares(confidence)
    let tail = (1 - confidence) / 4
    return ConfidenceInterval(
      lower: gain.lower(tail: tail) - loss.upper(tail: tail),
      upper: gain.upper(tail: tail) - loss.lower(tail: tail),
      confidence: confidence)
  }

  /// The one-sided lower limit, which a non-inferiority guardrail compares with −margin.
  public func accuracyDifferenceLowerLimit(confidence: Double) throws(StatisticsError) -> Double {
    let (gain, loss) = try shares(confidence)
    let tail = (1 - confidence) / 2
    return gain.lower(tail: tail) - loss.upper(tail: tail)
  }

  /// The one-sided upper limit.
  public func accuracyDifferenceUpperLimit(confidence: Double) throws(StatisticsError) -> Double {
    let (gain, loss) = try shares(confidence)
    let tail = (1 - confidence) / 2
    return gain.upper(tail: tail) - loss.lower(tail: tail)
  }

  private func shares(
    _ confidence: Double
  ) throws(StatisticsError) -> (gain: ClopperPearson, loss: ClopperPearson) {
    try StatisticsError.requireOpenUnit(confidence, "confidence")
    return (
      gain: try ClopperPearson(successes: onlyCandidateRight, trials: count),
      loss: try ClopperPearson(successes: onlyResidentRight, trials: count)
    )
  }
}
