import Foundation

/// A two-sided interval for one unknown quantity, both ends included.
///
/// An end may be infinite when the data do not bound the quantity on that side. The unit and scale (log or ratio) are
/// those of the member that returned the interval.
public struct ConfidenceInterval: Sendable, Hashable, Codable {
  public let lower: Double
  public let upper: Double
  /// The probability, over repetitions of the experiment, that the interval covers the quantity: 0.95, say.
  public let confidence: Double

  public init(lower: Double, upper: Double, confidence: Double) {
    self.lower = lower
    self.upper = upper
    self.confidence = confidence
  }

  /// Whether `value` lies within the closed interval.
  public func contains(_ value: Double) -> Bool {
    lower <= value && value <= upper
  }

  /// The same interval on the ratio scale, when this one is on the natural-log scale.
  public var exponentiated: ConfidenceInterval {
    ConfidenceInterval(lower: exp(lower), upper: exp(upper), confidence: confidence)
  }
}

/// The direction in which a test looks for departures from the null value.
public enum Alternative: String, Sendable, Hashable, CaseIterable, Codable {
  /// The quantity differs from the null value, which is a point.
  case twoSided
  /// The quantity is above the null value; the null hypothesis is everything at or below it.
  case greater
  /// The quantity is below the null value; the null hypothesis is everything at or above it.
  case less

  /// The alternative that looks the other way after the two models are swapped.
  public var mirrored: Alternative {
    switch self {
    case .twoSided: .twoSided
    case .greater: .less
    case .less: .greater
    }
  }
}
