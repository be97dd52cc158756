/// How sure the end of an interval has to be that a decision rests on.
///
/// A decision that looks at one end only, that a candidate is better by enough or not worse by too much, may err at that end
/// alone: its error is one-sided. The interval's other end says what would be needed for the opposite.
public struct DecisionLevel: Sendable, Hashable {
  public enum Sides: String, Sendable {
    /// Each end has the whole error.
    case one
    /// Both ends share it.
    case two
  }

  /// The chance that an end, or either of both, ever lies on the wrong side of the true value.
  public let alpha: Double
  public let sides: Sides
  /// The scale of standardized effects that a sequential test is tuned to: see ``MeanLogRatioConfidenceSequence``.
  public let effectScale: Double

  public init(alpha: Double, sides: Sides = .two, effectScale: Double = 1) {
    self.alpha = alpha
    self.sides = sides
    self.effectScale = effectScale
  }

  /// The chance that both ends together hold the true value.
  public var confidence: Double { 1 - (sides == .one ? 2 : 1) * alpha }
}

extension MeanLogRatioConfidenceSequence {
  /// - Throws: `invalidParameter` unless 0 < alpha < 1.
  public init(_ level: DecisionLevel) throws(StatisticsError) {
    try self.init(alpha: level.alpha, effectScale: level.effectScale)
  }

  /// The ends that a decision at this level looks at, each valid at every look.
  public func interval(_ sides: DecisionLevel.Sides) -> ConfidenceInterval {
    switch sides {
    case .two: interval
    case .one: ConfidenceInterval(lower: oneSidedLower, upper: oneSidedUpper, confidence: 1 - 2 * alpha)
    }
  }
}
