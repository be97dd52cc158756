import Dispatch
import Foundation

/// What the operating system reports of this machine and its processes.
///
/// `Machine+Linux` and `Machine+Darwin` hold what differs between systems.
public enum Machine {
  /// The processor architecture that this program was built for, e.g. `x86_64`.
  public static var architecture: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "arm64"
    #else
      "other"
    #endif
  }

  /// Nanoseconds of a monotonic clock that stops while the machine sleeps, from an arbitrary start.
  public static var monotonicNanoseconds: UInt64 { DispatchTime.now().uptimeNanoseconds }

  /// Nanoseconds since the machine was booted, time asleep included.
  public static var bootNanoseconds: UInt64 {
    #if canImport(Darwin)
      nanoseconds(CLOCK_MONOTONIC)
    #else
      nanoseconds(CLOCK_BOOTTIME)
    #endif
  }

  /// Seconds since 1970 by the wall clock, which may be set at any time.
  public static var wallSeconds: Double { Double(nanoseconds(CLOCK_REALTIME)) * 1e-9 }

  private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { return 0 }
    return UInt64(max(0, time.tv_sec)) &* 1_000_000_000 &+ UInt64(max(0, time.tv_nsec))
  }

  /// Bytes that this user may still write to the volume of a path; nil if the path does not exist.
  public static func freeDiskByteCount(at path: String) -> Int? {
    var facts = statvfs()
    guard statvfs(path, &facts) == 0 else { return nil }
    return Int(clamping: UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize)).partialValue)
  }
}

/// What the operating system reports of another process of this user.
public struct ProcessFigures: Sendable, Equatable {
  /// Bytes of main memory that it holds: the physical footprint on Darwin, the resident set elsewhere.
  public var memoryBytes: Int
  /// Whether a signal has stopped it.
  public var isStopped: Bool

  public init(memoryBytes: Int, isStopped: Bool) {
    self.memoryBytes = memoryBytes
    self.isStopped = isStopped
  }
}
