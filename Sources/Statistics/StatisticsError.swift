/// A request that has no statistical answer: wrong data or a parameter outside its domain.
public enum StatisticsError: Error, Equatable, CustomStringConvertible {
  /// Fewer observations than the estimator needs.
  case tooFewObservations(needed: Int, got: Int)
  /// The observation at `index` (from zero) is infinite or not a number.
  case nonFiniteObservation(index: Int)
  /// The observation at `index` (from zero) must be above zero to have a logarithm.
  case nonPositiveObservation(index: Int, value: Double)
  /// The log-ratio at `index` (from zero) is further from zero than that of any two representable numbers.
  case logRatioOutOfRange(index: Int, value: Double)
  /// The difference of two scores at `index` (from zero) is outside −1...1.
  case scoreDifferenceOutOfRange(index: Int, value: Double)
  /// A count of outcomes is negative, or the counts' sum does not fit an `Int`.
  case invalidCount(name: String, value: Int)
  /// A parameter is outside its domain; `requirement` says what holds inside.
  case invalidParameter(name: String, value: String, requirement: String)

  public var description: String {
    switch self {
    case .tooFewObservations(let needed, let got):
      "Got \(got) observations where at least \(needed) are needed; measure more pairs."
    case .nonFiniteObservation(let index):
      "Observation \(index) is not a finite number; leave failed measurements out of the sample."
    case .nonPositiveObservation(let index, let value):
      "Observation \(index) is \(value), but a ratio needs values above zero; leave failed measurements out."
    case .logRatioOutOfRange(let index, let value):
      "Log-ratio \(index) is \(value), which no two measurements can have; check that it is a natural logarithm."
    case .scoreDifferenceOutOfRange(let index, let value):
      "Difference \(index) is \(value), but two scores from 0 to 1 differ by at most 1; check both scores."
    case .invalidCount(let name, let value):
      "Count \(name) is \(value); counts must be zero or more and their sum must fit 64 bits."
    case .invalidParameter(let name, let value, let requirement):
      "Parameter \(name) is \(value); it must be \(requirement)."
    }
  }
}

extension StatisticsError {
  /// Throws unless `value` lies strictly between 0 and 1.
  static func requireOpenUnit(_ value: Double, _ name: String) throws(StatisticsError) {
    guard value > 0, value < 1 else {
      throw .invalidParameter(name: name, value: "\(value)", requirement: "between 0 and 1, both excluded")
    }
  }

  /// Throws unless `value` is finite and above zero.
  static func requirePositive(_ value: Double, _ name: String) throws(StatisticsError) {
    guard value > 0, value.isFinite else {
      throw .invalidParameter(name: name, value: "\(value)", requirement: "finite and above 0")
    }
  }
}
