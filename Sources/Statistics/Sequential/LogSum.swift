import Foundation

/// Sums of numbers that are held as logarithms, because wealth leaves the range of a `Double` early.
enum LogSum {
  /// log of the mean of the exponentials; −∞ when empty.
  static func logMeanExp(_ logarithms: [Double]) -> Double {
    guard let largest = logarithms.max(), largest > -.infinity else { return -.infinity }
    if largest == .infinity { return .infinity }
    var sum = 0.0
    for value in logarithms { sum += exp(value - largest) }
    return largest + log(sum / Double(logarithms.count))
  }
}
