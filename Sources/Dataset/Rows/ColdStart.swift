import Measurements

/// What loading a model took: recorded, never scored.
enum ColdStart: String, CaseIterable {
  case load = "load_seconds"
  case readiness = "readiness_seconds"

  static let unit = "s"

  func seconds(of run: Run) -> Double { self == .load ? run.loadSeconds : run.readinessSeconds }
}
