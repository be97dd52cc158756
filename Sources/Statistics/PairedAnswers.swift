/// The two-by-two table of both models' answers to the same items.
public struct PairedAnswers: Sendable, Hashable {
  public let bothRight: Int
  public let onlyResidentRight: Int
  public let onlyCandidateRight: Int
  public let bothWrong: Int
  /// The number of items.
  public let count: Int

  /// - Throws: `invalidCount` for a negative count or an overflowing sum, `tooFewObservations` if all are zero.
  public init(
    bothRight: Int, onlyResidentRight: Int, onlyCandidateRight: Int, bothWrong: Int
  ) throws(StatisticsError) {
    var sum = 0
    for (name, value) in [
      ("bothRight", bothRight), ("onlyResidentRight", onlyResidentRight),
      ("onlyCandidateRight", onlyCandidateRight), ("bothWrong", bothWrong),
    ] {
      let (next, overflow) = sum.addingReportingOverflow(value)
      guard value >= 0, !overflow else { throw .invalidCount(name: name, value: value) }
      sum = next
    }
    guard sum > 0 else { throw .tooFewObservations(needed: 1, got: 0) }
    self.bothRight = bothRight
    self.onlyResidentRight = onlyResidentRight
    self.onlyCandidateRight = onlyCandidateRight
    self.bothWrong = bothWrong
    self.count = sum
  }

  /// Counts answers one by one.
  ///
  /// - Throws: `tooFewObservations` if there are none.
  public init(_ answers: some Sequence<PairedAnswer>) throws(StatisticsError) {
    var counts: [PairedAnswer: Int] = [:]
    for answer in answers { counts[answer, default: 0] += 1 }
    try self.init(
      bothRight: counts[.bothRight, default: 0],
      onlyResidentRight: counts[.onlyResidentRight, default: 0],
      onlyCandidateRight: counts[.onlyCandidateRight, default: 0],
      bothWrong: counts[.bothWrong, default: 0])
  }

  /// The share of items the resident answers right.
  public var residentAccuracy: Double {
    (Double(bothRight) + Double(onlyResidentRight)) / Double(count)
  }

  /// The share of items the candidate answers right.
  public var candidateAccuracy: Double {
    (Double(bothRight) + Double(onlyCandidateRight)) / Double(count)
  }

  /// Candidate's accuracy minus the resident's, in −1...1.
  public var accuracyDifference: Double {
    (Double(onlyCandidateRight) - Double(onlyResidentRight)) / Double(count)
  }

  /// The share of items on which exactly one model is right.
  public var discordantShare: Double {
    (Double(onlyCandidateRight) + Double(onlyResidentRight)) / Double(count)
  }
}

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

/// Exact limits of the accuracy difference candidate − resident, for a number of items fixed in advance.
///
/// The difference is P(only the candidate is right) − P(only the resident is right). Each probability gets its
/// Clopper-Pearson limits, and the error probability is split evenly between the two (Bonferroni), so coverage is at
/// least the stated confidence for every true table; the price is width. With n identical answers the limits are about
/// ± log(4/α)/n, never zero.
extension PairedAnswers {
  /// The two-sided interval: each share at confidence 1 − α/2 where α = 1 − confidence.
  ///
  /// - Throws: `invalidParameter` unless 0 < confidence < 1.
  public func accuracyDifferenceInterval(confidence: Double) throws(StatisticsError) -> ConfidenceInterval {
    let (gain, loss) = try shares(confidence)
    let tail = (1 - confidence) / 4
    return ConfidenceInterval(
      lower: gain.lower(tail: tail) - loss.upper(tail: tail),
      upper: gain.upper(tail: tail) - loss.lower(tail: tail),
      confidence: confidence)
  }

  /// The interval whose ends a decision at that level looks at.
  ///
  /// - Throws: `invalidParameter` unless 0 < alpha < 1.
  public func accuracyDifferenceInterval(_ level: DecisionLevel) throws(StatisticsError) -> ConfidenceInterval {
    guard level.sides == .one else { return try accuracyDifferenceInterval(confidence: 1 - level.alpha) }
    let sequence = try AccuracyDifferenceConfidenceSequence(alpha: level.alpha, of: self)
    return ConfidenceInterval(
      lower: sequence.oneSidedLower, upper: sequence.oneSidedUpper, confidence: level.confidence)
  }

  /// The one-sided lower limit, which a non-inferiority guardrail compares with −margin.
  ///
  /// - Throws: `invalidParameter` unless 0 < confidence < 1.
  public func accuracyDifferenceLowerLimit(confidence: Double) throws(StatisticsError) -> Double {
    let (gain, loss) = try shares(confidence)
    let tail = (1 - confidence) / 2
    return gain.lower(tail: tail) - loss.upper(tail: tail)
  }

  /// The one-sided upper limit.
  ///
  /// - Throws: `invalidParameter` unless 0 < confidence < 1.
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

/// How the two models answered one item.
public enum PairedAnswer: String, Sendable, Hashable, CaseIterable, Codable {
  case bothRight
  case onlyResidentRight
  case onlyCandidateRight
  case bothWrong

  public init(residentRight: Bool, candidateRight: Bool) {
    switch (residentRight, candidateRight) {
    case (true, true): self = .bothRight
    case (true, false): self = .onlyResidentRight
    case (false, true): self = .onlyCandidateRight
    case (false, false): self = .bothWrong
    }
  }

  /// Candidate's score minus the resident's: −1, 0 or 1.
  public var difference: Int {
    switch self {
    case .bothRight, .bothWrong: 0
    case .onlyResidentRight: -1
    case .onlyCandidateRight: 1
    }
  }
}
