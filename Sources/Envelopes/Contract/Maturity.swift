/// When a verdict is final.
public struct Maturity: Sendable, Equatable {
  /// Validated comparisons that agree.
  public var comparisons: Int
  /// Days between two that count.
  public var daysBetween: Double
  /// Whether a provisional verdict may change the registry.
  public var allowsProvisional: Bool

  public init(comparisons: Int, daysBetween: Double, allowsProvisional: Bool) {
    self.comparisons = comparisons
    self.daysBetween = daysBetween
    self.allowsProvisional = allowsProvisional
  }
}
