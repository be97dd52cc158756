import Statistics

/// The candidate compared with the resident by one metric.
public enum Effect: Sendable, Equatable {
  case ratio(RatioEffect)
  case accuracy(AccuracyEffect)
  case flips(FlipShare)
  case text(TextEffect)
  case score(ScoreEffect)
  case correlation(CorrelationEffect)
  case peakMemory(PeakMemoryRatio)
  case degradedRounds(DegradedRounds)
  case limit(LimitEffect)
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

extension Effect {
  /// Whether it is shown to be better than the resident by more than `minimumEffect`: relative for ratios, absolute for
  /// shares, nats and correlations. Answer flips and peak memory bound harm and win nothing.
  func wins(byMoreThan minimumEffect: Double) -> Bool {
    switch self {
    case .ratio(let effect): effect.interval.lower > 1 + minimumEffect
    case .accuracy(let effect): effect.interval.lower > minimumEffect
    case .score(let effect): effect.interval.lower > minimumEffect
    case .correlation(let effect): effect.interval.lower > minimumEffect
    case .text(let effect): effect.interval.upper < -minimumEffect
    case .flips, .peakMemory, .degradedRounds, .limit: false
    }
  }

  /// Whether it is shown to be no worse than `margin` allows, or than the limit that it is, shown to be worse, or neither.
  func state(withinMargin margin: Double) -> GuardrailResult.State {
    switch self {
    case .ratio(let effect): Self.state(of: effect.interval, floor: 1 - margin)
    case .accuracy(let effect): Self.state(of: effect.interval, floor: -margin)
    case .score(let effect): Self.state(of: effect.interval, floor: -margin)
    case .correlation(let effect): Self.state(of: effect.interval, floor: -margin)
    case .flips(let flips):
      flips.interval.upper < margin ? .passed : flips.interval.lower > margin ? .broken : .unresolved
    case .text(let effect):
      effect.interval.upper < margin ? .passed : effect.interval.lower > margin ? .broken : .unresolved
    case .peakMemory(let memory): memory.ratio <= 1 + margin ? .passed : .broken
    case .degradedRounds(let rounds): rounds.ratio >= 1 - margin ? .passed : .broken
    case .limit(let effect): effect.state(withinLimit: margin)
    }
  }

  /// Nil for bounds, which have no better side.
  var standing: Standing? {
    switch self {
    case .ratio(let effect): Self.standing(of: effect.interval, none: 1)
    case .accuracy(let effect): Self.standing(of: effect.interval, none: 0)
    case .score(let effect): Self.standing(of: effect.interval, none: 0)
    case .correlation(let effect): Self.standing(of: effect.interval, none: 0)
    case .text(let effect): effect.interval.upper < 0 ? .leads : effect.interval.lower > 0 ? .lags : .level
    case .flips, .peakMemory, .degradedRounds, .limit: nil
    }
  }

  private static func state(of interval: ConfidenceInterval, floor: Double) -> GuardrailResult.State {
    interval.lower > floor ? .passed : interval.upper < floor ? .broken : .unresolved
  }

  private static func standing(of interval: ConfidenceInterval, none: Double) -> Standing {
    interval.lower > none ? .leads : interval.upper < none ? .lags : .level
  }
}
