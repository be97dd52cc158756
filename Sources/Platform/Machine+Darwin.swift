#if canImport(Darwin)
  import Darwin
  import Foundation

  extension Machine {
    /// Cores of this machine, siblings of one core counted once.
    public static var physicalCoreCount: Int {
      integer("hw.physicalcpu") ?? ProcessInfo.processInfo.activeProcessorCount
    }

    /// The processor's name as its vendor writes it.
    public static var processorName: String { string("machdep.cpu.brand_string") ?? architecture }

    /// Bytes of main memory.
    public static var memoryByteCount: Int { integer("hw.memsize") ?? Int(ProcessInfo.processInfo.physicalMemory) }

    /// The operating system and its version.
    public static var operatingSystem: String {
      let version = ProcessInfo.processInfo.operatingSystemVersion
      return "macOS \(version.majorVersion).\(version.minorVersion).\(version.patchVersion)"
    }

    /// The most bytes of physical footprint that this process has had: resident size leaves out what a GPU holds.
    public static var peakMemoryByteCount: Int {
      var usage = rusage_info_v4()
      let status = withUnsafeMutablePointer(to: &usage) { pointer in
        pointer.withMemoryRebound(to: rusage_info_t?.self, capacity: 1) {
          proc_pid_rusage(getpid(), RUSAGE_INFO_V4, $0)
        }
      }
      return status == 0 ? Int(usage.ri_lifetime_max_phys_footprint) : 0
    }

    /// The number of runnable threads, averaged over the last minute.
    public static var loadAverage: Double {
      var average = 0.0
      return getloadavg(&average, 1) == 1 ? average : 0
    }

    static func integer(_ name: String) -> Int? {
      var value: Int64 = 0
      var size = MemoryLayout<Int64>.size
      guard sysctlbyname(name, &value, &size, nil, 0) == 0 else { return nil }
      return Int(value)
    }

    private static func string(_ name: String) -> String? {
      var size = 0
      guard sysctlbyname(name, nil, &size, nil, 0) == 0, size > 1 else { return nil }
      var bytes = [UInt8](repeating: 0, count: size)
      guard sysctlbyname(name, &bytes, &size, nil, 0) == 0 else { return nil }
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
#endif
