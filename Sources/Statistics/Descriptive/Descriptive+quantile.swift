extension Descriptive {
  /// The middle value, or the mean of the two middle values. O(n log n).
  public static func median(_ values: [Double]) throws(StatisticsError) -> Double {
    try quantile(values, 0.5)
  }

  /// The quantile at `probability` in 0...1, linear between order statistics. O(n log n).
  ///
  /// Type 7 of R. J. Hyndman and Y. Fan, *The American Statistician* 50 (1996) 361–365: the default of R and NumPy.
  public static func quantile(_ values: [Double], _ probability: Double) throws(StatisticsError) -> Double {
    try requireFinite(values, needed: 1)
    guard probability >= 0, probability <= 1 else {
      throw .invalidParameter(name: "probability", value: "\(probability)", requirement: "within 0...1")
    }
    return quantile(sorted: values.sorted(), probability)
  }

  /// The type 7 quantile of values that are already ascending, finite and not empty.
  static func quantile(sorted: [Double], _ probability: Double) -> Double {
    let position = probability * Double(sorted.count - 1)
    let below = min(Int(position), sorted.count - 1)
    let above = min(below + 1, sorted.count - 1)
    let fraction = position - Double(below)
    return sorted[below] * (1 - fraction) + sorted[above] * fraction
  }
}
