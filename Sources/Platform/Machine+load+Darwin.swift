#if canImport(Darwin)
  import Darwin
  import Foundation

  extension Machine {
    /// Bytes that programs can still have without swapping.
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

    /// Nil: no hypervisor tells what it takes from a Mac.
    public static var processorTicks: (stolen: UInt64, all: UInt64)? { nil }

    /// Nil: the sensors need the right to load a driver.
    public static var temperature: Double? { nil }

    /// Nil: only a library of the power manager tells.
    public static var isOnMains: Bool? { nil }

    /// What is known of a process; nil where it is gone.
    public static func figures(of process: Int32) -> ProcessFigures? {
      var usage = rusage_info_v4()
      let status = withUnsafeMutablePointer(to: &usage) { pointer in
        pointer.withMemoryRebound(to: rusage_info_t?.self, capacity: 1) {
          proc_pid_rusage(process, RUSAGE_INFO_V4, $0)
        }
      }
      guard status == 0 else { return nil }
      var facts = proc_bsdinfo()
      let size = Int32(MemoryLayout<proc_bsdinfo>.size)
      let isKnown = proc_pidinfo(process, PROC_PIDTBSDINFO, 0, &facts, size) == size
      return ProcessFigures(
        memoryBytes: Int(usage.ri_phys_footprint), isStopped: isKnown && facts.pbi_status == UInt32(SSTOP))
    }
  }
#endif
