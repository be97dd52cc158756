/// When a verdict is final.
public struct Maturity: Sendable, Equatable {
  /// Validated comparisons that agree.
  public var comparisons: Int
  /// Days between two that count.
  public var daysBetween: Double
  /// The environment classes in each of which one of them must have been measured; none for any.
  public var environmentClasses: [String]
  /// Whether a provisional verdict may change the registry.
  public var allowsProvisional: Bool

  public init(
    comparisons: Int, daysBetween: Double, environmentClasses: [String] = [], allowsProvisional: Bool
  ) {
    self.environmentClasses = environmentClasses
    self.comparisons = comparisons
    self.daysBetween = daysBetween
    self.allowsProvisional = allowsProvisional
  }
}
