import Foundation

extension Machine {
  /// Nanoseconds of a clock that goes on while the machine sleeps, from some moment.
  public static var sleepingNanoseconds: UInt64 {
    #if canImport(Darwin)
      nanoseconds(CLOCK_MONOTONIC)
    #else
      nanoseconds(CLOCK_BOOTTIME)
    #endif
  }

  /// Seconds since 1970 by the wall clock, which anybody may set.
  public static var wallSeconds: Double { Double(nanoseconds(CLOCK_REALTIME)) * 1e-9 }

  private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { return 0 }
    return UInt64(max(0, time.tv_sec)) &* 1_000_000_000 &+ UInt64(max(0, time.tv_nsec))
  }
}
