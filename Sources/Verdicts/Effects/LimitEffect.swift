import Measurements
import Statistics

/// A figure of the candidate that a rule limits: how fast its memory grows, say. Less is better.
public struct LimitEffect: Sendable, Equatable {
  public let metric: Metric
  /// In the metric's unit.
  public let value: Double
  /// The guardrail is passed if all of it is within the limit, and broken if none of it is.
  public let interval: ConfidenceInterval
  /// Beside it, and without a part in the decision; nil if the resident has none.
  public let residentValue: Double?
  /// The candidate's requests that it rests on.
  public let requests: Int

  func state(withinLimit limit: Double) -> GuardrailResult.State {
    interval.upper <= limit ? .passed : interval.lower > limit ? .broken : .unresolved
  }
}

extension Figures {
  /// A figure that a rule limits: `-1.2 kB/request`, `112.5 MB/hour`, `4.2 %`.
  static func limited(_ value: Double, _ metric: Metric) -> String {
    guard metric.unit.hasPrefix("bytes") else { return percent(value) }
    let rounded = value.magnitude.rounded()
    let amount = rounded < 0x1p62 ? bytes(Int64(rounded)) : "\(plain(rounded)) B"
    return (value < 0 && rounded > 0 ? "-" : "") + amount + metric.unit.dropFirst("bytes".count)
  }
}
