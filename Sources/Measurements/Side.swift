/// Which of the two models of a comparison.
public enum Side: String, Sendable, CaseIterable {
  case resident
  case candidate

  public var other: Side { self == .resident ? .candidate : .resident }
}
