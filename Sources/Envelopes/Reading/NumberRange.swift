/// The numbers that a member may be.
package struct NumberRange: Sendable, CustomStringConvertible {
  private let lower: Double
  private let includesLower: Bool
  private let upper: Double
  private let includesUpper: Bool

  package static func from(_ lower: Double, through upper: Double) -> Self {
    Self(lower: lower, includesLower: true, upper: upper, includesUpper: true)
  }

  package static func from(_ lower: Double, below upper: Double) -> Self {
    Self(lower: lower, includesLower: true, upper: upper, includesUpper: false)
  }

  package static func above(_ lower: Double, through upper: Double) -> Self {
    Self(lower: lower, includesLower: false, upper: upper, includesUpper: true)
  }

  package static func above(_ lower: Double, below upper: Double) -> Self {
    Self(lower: lower, includesLower: false, upper: upper, includesUpper: false)
  }

  package func contains(_ value: Double) -> Bool {
    (includesLower ? value >= lower : value > lower) && (includesUpper ? value <= upper : value < upper)
  }

  package var description: String {
    "\(includesLower ? "at least" : "above") \(lower) and \(includesUpper ? "at most" : "below") \(upper)"
  }
}
