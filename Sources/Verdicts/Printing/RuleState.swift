/// What became of a rule, in the words of every output for people.
public enum RuleState: String, Sendable, CaseIterable {
  /// An objective is shown to be better than it has to be.
  case shown
  /// An objective's estimate is not beyond what it has to be.
  case notShown = "not shown"
  /// A guardrail is shown to hold.
  case ok
  /// A guardrail is shown not to hold.
  case broken
  /// There are too few items to tell.
  case open
  /// The blocks differ by too much to tell.
  case tooNoisy = "too noisy"
  /// There are too few blocks for an interval.
  case noBoundYet = "no bound yet"
  case noData = "no data"
}

extension RecordedRule {
  /// In the words of every output for people.
  public var ruleState: RuleState {
    switch state {
    case .objective(.won): .shown
    case .guardrail(.passed): .ok
    case .guardrail(.broken): .broken
    // Something is missing, but there are data: what they show is no decision.
    case .objective(.noData), .guardrail(.noData): effect?.value == nil ? .noData : undecided
    case .objective(.notShown):
      switch effect?.kind {
      case .betterRatio? where !isBounded: .noBoundYet
      case .betterRatio?: leans ? .tooNoisy : .notShown
      case .shareDifference?, .natsDifference?, .correlationDifference?: leans ? .open : .notShown
      default: .notShown
      }
    case .guardrail(.unresolved): undecided
    }
  }

  private var undecided: RuleState {
    switch effect?.kind {
    case .betterRatio?: isBounded ? .tooNoisy : .noBoundYet
    case .limitedFigure?: .tooNoisy
    default: .open
    }
  }

  /// Whether an objective's estimate is beyond what it has to be.
  var leans: Bool {
    guard let effect, let value = effect.value else { return false }
    return switch effect.kind {
    case .betterRatio: value > 1 + limit
    case .shareDifference, .correlationDifference: value > limit
    case .natsDifference: value < -limit
    case .flippedShare, .candidateToResidentRatio, .firstDegradedRound, .limitedFigure: false
    }
  }

  /// Whether both ends of a ratio's interval are bounded.
  private var isBounded: Bool { (effect?.lower ?? 0) > 0 && effect?.upper != nil }
}
