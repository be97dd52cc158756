import Foundation

/// The processor time and the memory of this process.
enum ProcessMeter {
  /// Of all threads.
  static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Gives memory that is not in use back to the system, and lets `peakBytes` begin anew where the system can; returns
  /// the bytes that are held.
  static func reset() -> Int {
    #if os(Linux)
      _ = trim?(0)
      if let file = fopen("/proc/self/clear_refs", "w") {
        fputs("5", file)
        fclose(file)
      }
    #endif
    return peakBytes
  }

  #if os(Linux)
    /// `malloc_trim` of glibc, which Swift does not import; nil in other C libraries.
    private static let trim = dlsym(nil, "malloc_trim").map {
      unsafeBitCast($0, to: (@convention(c) (Int) -> Int32).self)
    }
  #endif

  /// The most memory that was held: since `reset` on Linux, elsewhere ever.
  static var peakBytes: Int {
    #if os(Linux)
      guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
      else { return 0 }
      return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 << 10 } ?? 0
    #else
      var usage = rusage()
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }

  /// Lets allocations beyond so many bytes fail, where the system counts them, and leaves no core dump.
  static func limitData(to bytes: Int) {
    for (resource, value) in [(RLIMIT_DATA, bytes), (RLIMIT_CORE, 0)] {
      var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
      #if os(Linux)
        setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
      #else
        setrlimit(resource, &limit)
      #endif
    }
  }

  /// Ends the process by SIGPROF once it has used so much more processor time.
  static func endAfter(processorSeconds: Double) {
    var timer = itimerval()
    timer.it_value.tv_sec = Int(processorSeconds)
    #if os(Linux)
      setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
    #else
      setitimer(ITIMER_PROF, &timer, nil)
    #endif
  }
}
