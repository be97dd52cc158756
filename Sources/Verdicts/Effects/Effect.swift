/// The candidate compared with the resident by one metric.
public enum Effect: Sendable, Equatable {
  case ratio(RatioEffect)
  case accuracy(AccuracyEffect)
  case flips(FlipShare)
  case text(TextEffect)
  case peakMemory(PeakMemoryRatio)
  case degradedRounds(DegradedRounds)
}

/// On which side of the resident an interval lies.
public enum Standing: String, Sendable, CaseIterable {
  /// The whole interval is better than no difference.
  case leads
  /// The whole interval is worse than no difference.
  case lags
  /// The interval holds no difference.
  case level
}
