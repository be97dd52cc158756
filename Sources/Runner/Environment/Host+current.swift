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
    host.fingerprint = host.hardwareHash
    return host
  }

  /// SHA-256 over what stays when the system is updated. A kernel keeps some megabytes of the memory to itself, so that
  /// counts in whole GiB.
  var hardwareHash: String {
    let facts = [architecture, chip, String(physicalCores), String((memoryBytes + (1 << 30 - 1)) >> 30)]
    return SHA256.hexadecimal(of: Array(facts.joined(separator: "\n").utf8))
  }
}
