extension PairedAnswers {
  /// The exact two-sided McNemar p-value: how surprising the split of the discordant items is if both directions are
  /// equally likely. It is 1 when no item is discordant.
  ///
  /// Source: Q. McNemar, *Psychometrika* 12 (1947) 153–157, with the binomial distribution instead of its χ²
  /// approximation. For a sample size fixed in advance.
  public var mcnemarPValue: Double {
    let discordant = onlyResidentRight + onlyCandidateRight
    let smaller = min(onlyResidentRight, onlyCandidateRight)
    return min(1, 2 * Binomial(trials: discordant, probability: 0.5).cdf(smaller))
  }
}
