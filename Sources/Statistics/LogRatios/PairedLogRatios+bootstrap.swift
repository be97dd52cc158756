import Platform

extension PairedLogRatios {
  /// The percentile bootstrap interval of the ratio: pairs are resampled, and the type 7 quantiles of the resampled
  /// geometric means are its ends.
  ///
  /// Source: B. Efron, *Annals of Statistics* 7 (1979) 1–26. Assumes independent pairs and no shape; it covers less
  /// than it states with fewer than about 20 pairs. Each resample draws `count` indices in turn with
  /// ``SplitMix64/nextIndex(below:)`` from one generator, so a seed gives the same interval everywhere.
  /// O(resamples · (count + log resamples)).
  public func bootstrapRatioInterval(
    confidence: Double, resamples: Int = 10_000, seed: UInt64
  ) throws(StatisticsError) -> ConfidenceInterval {
    try StatisticsError.requireOpenUnit(confidence, "confidence")
    guard (2...1_000_000).contains(resamples) else {
      throw .invalidParameter(name: "resamples", value: "\(resamples)", requirement: "within 2...1000000")
    }
    var generator = SplitMix64(seed: seed)
    var means: [Double] = []
    means.reserveCapacity(resamples)
    for _ in 0..<resamples {
      var sum = 0.0
      for _ in 0..<count { sum += logRatios[generator.nextIndex(below: count)] }
      means.append(sum / Double(count))
    }
    means.sort()
    let tail = (1 - confidence) / 2
    return ConfidenceInterval(
      lower: Descriptive.quantile(sorted: means, tail),
      upper: Descriptive.quantile(sorted: means, 1 - tail),
      confidence: confidence
    ).exponentiated
  }
}
