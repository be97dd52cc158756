import Statistics
import Measurements

extension MeasurementPair {
  /// How many times better the candidate was, as a logarithm: above zero is better, whatever the metric.
  func betterLogRatio(_ direction: Metric.Direction) -> Double { (direction == .higher ? self : swapped).logRatio }
}
