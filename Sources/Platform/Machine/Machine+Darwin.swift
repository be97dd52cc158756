#if canImport(Darwin)
  import Darwin
  import Foundation

  extension Machine {
    /// Cores of this machine, siblings of one core counted once.
    public static var physicalCoreCount: Int {
      integer("hw.physicalcpu") ?? ProcessInfo.processInfo.activeProcessorCount
    }

    /// Cores of this machine, whichever of them this process may use.
    public static var installedCoreCount: Int { physicalCoreCount }

    /// The processor's name as its vendor writes it.
    public static var processorName: String { string("machdep.cpu.brand_string") ?? architecture }

    /// Bytes of main memory.
    public static var memoryByteCount: Int { integer("hw.memsize") ?? Int(ProcessInfo.processInfo.physicalMemory) }

    /// Bytes of the last cache that the system reports, of the performance cores if they differ; nil if it reports none.
    public static var lastCacheByteCount: Int? {
      ["hw.l3cachesize", "hw.perflevel0.l2cachesize", "hw.l2cachesize"].lazy.compactMap(integer).first { $0 > 0 }
    }

    /// The operating system and its version.
    public static var operatingSystem: String {
      let version = ProcessInfo.processInfo.operatingSystemVersion
      return "macOS \(version.majorVersion).\(version.minorVersion).\(version.patchVersion)"
    }

    /// The peak physical footprint of this process, in bytes: resident size leaves out what a GPU holds.
    public static var peakMemoryByteCount: Int {
      usage(of: getpid()).map { Int($0.ri_lifetime_max_phys_footprint) } ?? 0
    }

    /// Nil: the system reports no page sizes.
    public static var hugePageByteCount: Int? { nil }

    /// The number of runnable threads, averaged over the last minute.
    public static var loadAverage: Double {
      var average = 0.0
      return getloadavg(&average, 1) == 1 ? average : 0
    }

    /// Bytes that programs can still allocate without swapping.
    public static var freeMemoryByteCount: Int {
      memoryByteCount / 100 * (integer("kern.memorystatus_level") ?? 0)
    }

    /// Bytes of swap in use.
    public static var swapByteCount: Int {
      var usage = xsw_usage()
      var size = MemoryLayout<xsw_usage>.size
      return sysctlbyname("vm.swapusage", &usage, &size, nil, 0) == 0 ? Int(usage.xsu_used) : 0
    }

    /// The system's level of memory pressure: 1 normal, 2 warning, 4 critical.
    public static var memoryPressure: Double? { integer("kern.memorystatus_vm_pressure_level").map(Double.init) }

    /// Nil: no hypervisor reports the time that it takes from a Mac.
    public static var processorTicks: (stolen: UInt64, all: UInt64)? { nil }

    /// Nil: reading the sensors takes the right to load a driver.
    public static var temperature: Double? { nil }

    /// Nil: only a library of the power manager reports it.
    public static var isOnMains: Bool? { nil }

    /// What is known of a process; nil if it is gone.
    public static func figures(of process: Int32) -> ProcessFigures? {
      guard let usage = usage(of: process) else { return nil }
      var facts = proc_bsdinfo()
      let size = Int32(MemoryLayout<proc_bsdinfo>.size)
      let isKnown = proc_pidinfo(process, PROC_PIDTBSDINFO, 0, &facts, size) == size
      return ProcessFigures(
        memoryBytes: Int(usage.ri_phys_footprint), isStopped: isKnown && facts.pbi_status == UInt32(SSTOP))
    }

    /// What belongs to a process; nil if it is gone. What of it is in swap is only told of the host.
    public static func memory(of process: Int32) -> ProcessMemory? {
      usage(of: process).map {
        ProcessMemory(footprintBytes: Int($0.ri_phys_footprint), wiredBytes: Int($0.ri_wired_size))
      }
    }

    /// The path of the executable of a process; nil if it is gone.
    public static func executable(of process: Int32) -> String? {
      let limit = 4 * Int(MAXPATHLEN)
      var bytes = [UInt8](repeating: 0, count: limit)
      let count = proc_pidpath(process, &bytes, UInt32(limit))
      return count > 0 ? String(decoding: bytes.prefix(Int(count)), as: UTF8.self) : nil
    }

    /// The nice value of a process; nil if it is gone.
    public static func niceValue(of process: Int32) -> Int? {
      // -1 is a nice value as well, so that only the error tells.
      errno = 0
      let value = getpriority(PRIO_PROCESS, id_t(process))
      return errno == 0 ? Int(value) : nil
    }

    /// Nil: the system does not bind processes to processors.
    public static func affinity(of process: Int32) -> ProcessorList? { nil }

    /// Ticks of all processors since boot; nil if the system does not tell.
    static var processorTimes: ProcessorTimes? {
      var load = host_cpu_load_info()
      let words = MemoryLayout<host_cpu_load_info>.size / MemoryLayout<integer_t>.size
      var count = mach_msg_type_number_t(words)
      let status = withUnsafeMutablePointer(to: &load) { pointer in
        pointer.withMemoryRebound(to: integer_t.self, capacity: words) {
          host_statistics(mach_host_self(), HOST_CPU_LOAD_INFO, $0, &count)
        }
      }
      guard status == KERN_SUCCESS else { return nil }
      // User, system, idle and nice.
      let (user, system, idle, nice) = load.cpu_ticks
      let busy = UInt64(user) + UInt64(system) + UInt64(nice)
      return ProcessorTimes(
        count: ProcessInfo.processInfo.activeProcessorCount, busy: busy, all: busy + UInt64(idle))
    }

    /// Empty: reading what other users' processes have used takes the rights of the administrator.
    static var ticksByProcess: [Int32: (name: String, ticks: UInt64)] { [:] }

    /// What the kernel counts of a process; nil if it is gone.
    static func usage(of process: Int32) -> rusage_info_v4? {
      var usage = rusage_info_v4()
      let status = withUnsafeMutablePointer(to: &usage) { pointer in
        pointer.withMemoryRebound(to: rusage_info_t?.self, capacity: 1) {
          proc_pid_rusage(process, RUSAGE_INFO_V4, $0)
        }
      }
      return status == 0 ? usage : nil
    }

    private static func integer(_ name: String) -> Int? {
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
