/// The numbers that a member may be.
struct NumberRange: Sendable, CustomStringConvertible {
  private let lower: Double
  private let includesLower: Bool
  private let upper: Double
  private let includesUpper: Bool

  static func from(_ lower: Double, through upper: Double) -> Self {
    Self(lower: lower, includesLower: true, upper: upper, includesUpper: true)
  }

  static func from(_ lower: Double, below upper: Double) -> Self {
    Self(lower: lower, includesLower: true, upper: upper, includesUpper: false)
  }

  static func above(_ lower: Double, through upper: Double) -> Self {
    Self(lower: lower, includesLower: false, upper: upper, includesUpper: true)
  }

  static func above(_ lower: Double, below upper: Double) -> Self {
    Self(lower: lower, includesLower: false, upper: upper, includesUpper: false)
  }

  func contains(_ value: Double) -> Bool {
    (includesLower ? value >= lower : value > lower) && (includesUpper ? value <= upper : value < upper)
  }

  var description: String {
    "\(includesLower ? "at least" : "above") \(lower) and \(includesUpper ? "at most" : "below") \(upper)"
  }
}
