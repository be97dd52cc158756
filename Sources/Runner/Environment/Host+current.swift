import Crypto
import Foundation
import Measurements
import Platform

extension Measurements.Host {
  /// The machine that this program runs on, the same for a process that may use few of its processors: challenges are
  /// counted by it.
  public static var current: Measurements.Host {
    var host = Measurements.Host(
      fingerprint: "", operatingSystem: Machine.operatingSystem, architecture: Machine.architecture,
      chip: Machine.processorName, physicalCores: Machine.installedCoreCount,
      memoryBytes: Int64(Machine.memoryByteCount))
    let facts = [
      host.operatingSystem, host.architecture, host.chip, String(host.physicalCores), String(host.memoryBytes),
    ]
    host.fingerprint = SHA256.hexadecimal(of: Array(facts.joined(separator: "\n").utf8))
    return host
  }
}
