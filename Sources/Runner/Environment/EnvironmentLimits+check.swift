import Envelopes
import Foundation
import Measurements

extension EnvironmentLimits {
  /// Why a block that found the machine like this does not count, or nil.
  ///
  /// What the system does not tell is not held against it, except mains, which an envelope asks for on purpose.
  ///
  /// - Parameter best: The highest calibration rate of the session so far.
  func violation(in reading: HostReading, best: Double?) -> String? {
    var reasons: [String] = []
    if let loadAverage, reading.loadAverage > loadAverage {
      reasons.append("load average \(Self.figure(reading.loadAverage)), at most \(Self.figure(loadAverage)) allowed")
    }
    if let stealShare, let seen = reading.stealShare, seen > stealShare {
      reasons.append(
        "\(Self.percent(seen)) of processor time stolen by the hypervisor, at most \(Self.percent(stealShare)) allowed")
    }
    if let freeMemoryBytes, reading.freeMemoryBytes < freeMemoryBytes {
      reasons.append(
        "\(Self.megabytes(reading.freeMemoryBytes)) of memory free, at least \(Self.megabytes(freeMemoryBytes)) asked for"
      )
    }
    if let swapBytes, reading.swapBytes > swapBytes {
      reasons.append(
        "\(Self.megabytes(reading.swapBytes)) of swap in use, at most \(Self.megabytes(swapBytes)) allowed")
    }
    if let temperature, let seen = reading.temperature, seen > temperature {
      reasons.append("\(Self.figure(seen)) °C, at most \(Self.figure(temperature)) °C allowed")
    }
    if needsMains, reading.isOnMains != true {
      reasons.append(reading.isOnMains == false ? "on battery" : "the system does not tell whether it is on mains")
    }
    if let slowdown, let best, let rate = reading.calibrationRate, rate < best * (1 - slowdown) {
      reasons.append(
        "a fixed loop ran \(Self.percent(1 - rate / best)) slower than before, at most \(Self.percent(slowdown)) allowed"
      )
    }
    return reasons.isEmpty ? nil : "the machine was outside the envelope's limits: " + reasons.joined(separator: "; ")
  }

  private static func figure(_ value: Double) -> String { String(format: "%.2f", value) }
  private static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
  private static func megabytes(_ bytes: Int) -> String { String(format: "%.0f MB", Double(bytes) / 1e6) }
}
