/// Narrows a bracket around the one place where a predicate changes from true to false.
enum Bisection {
  /// The last point found at which `holds` is still true, walking from `start` (true) towards `end` (false).
  ///
  /// Ends after `steps` halvings or when the bracket is one floating-point step wide. The answer is on the true side,
  /// so that rounding never moves a limit across the boundary; if nothing beyond `start` is true it is `start`.
  static func lastTrue(from start: Double, to end: Double, steps: Int = 80, holds: (Double) -> Bool) -> Double {
    var known = start
    var beyond = end
    for _ in 0..<steps {
      let middle = known + (beyond - known) / 2
      if middle == known || middle == beyond { break }
      if holds(middle) {
        known = middle
      } else {
        beyond = middle
      }
    }
    return known
  }
}
