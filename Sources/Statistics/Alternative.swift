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
