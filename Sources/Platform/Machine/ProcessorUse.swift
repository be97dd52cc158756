import Foundation

/// What a process has used of the processors, all of its threads together.
public struct ProcessorUse: Sendable, Equatable {
  /// Nanoseconds in the program and, on its behalf, in the kernel.
  public var nanoseconds: Int64
  /// How often the system took a processor from a thread that would have gone on.
  public var involuntarySwitches: Int

  public init(nanoseconds: Int64, involuntarySwitches: Int) {
    self.nanoseconds = nanoseconds
    self.involuntarySwitches = involuntarySwitches
  }

  /// What was used between two readings.
  public static func - (later: ProcessorUse, earlier: ProcessorUse) -> ProcessorUse {
    ProcessorUse(
      nanoseconds: later.nanoseconds - earlier.nanoseconds,
      involuntarySwitches: later.involuntarySwitches - earlier.involuntarySwitches)
  }
}

extension Machine {
  /// What this process has used of the processors since it started.
  public static var processorUse: ProcessorUse {
    var usage = rusage()
    #if canImport(Darwin)
      getrusage(RUSAGE_SELF, &usage)
    #else
      getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    #endif
    return ProcessorUse(
      nanoseconds: nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime),
      involuntarySwitches: Int(usage.ru_nivcsw))
  }

  private static func nanoseconds(_ time: timeval) -> Int64 {
    Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_usec) * 1_000
  }
}
