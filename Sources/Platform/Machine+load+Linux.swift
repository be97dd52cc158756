#if os(Linux)
  import Foundation

  extension Machine {
    /// Bytes that programs can still have without swapping.
    public static var freeMemoryByteCount: Int { kibibytes("/proc/meminfo", field: "MemAvailable") }

    /// Bytes of swap in use.
    public static var swapByteCount: Int {
      kibibytes("/proc/meminfo", field: "SwapTotal") - kibibytes("/proc/meminfo", field: "SwapFree")
    }

    /// The share of the last ten seconds in which some task waited for memory, in percent; nil where not told.
    public static var memoryPressure: Double? {
      line("/proc/pressure/memory", field: "some")?.split(separator: " ").first { $0.hasPrefix("avg10=") }
        .flatMap { Double($0.dropFirst(6)) }
    }

    /// Ticks of all processors since the start: those that a hypervisor took, and all.
    public static var processorTicks: (stolen: UInt64, all: UInt64)? {
      guard let fields = text("/proc/stat")?.split(separator: "\n").first?.split(separator: " ").dropFirst() else {
        return nil
      }
      let ticks = fields.prefix(8).compactMap { UInt64($0) }
      return ticks.count == 8 ? (ticks[7], ticks.reduce(0, &+)) : nil
    }

    /// The hottest sensor in degrees Celsius; nil where the system tells none.
    public static var temperature: Double? {
      readings(of: "/sys/class/thermal", prefix: "thermal_zone", file: "temp").compactMap { Double($0) }.max()
        .map { $0 / 1000 }
    }

    /// Whether the machine runs on mains; nil where the system does not tell.
    public static var isOnMains: Bool? {
      let supplies = readings(of: "/sys/class/power_supply", prefix: "", file: "online")
      return supplies.isEmpty ? nil : supplies.contains("1")
    }

    /// What is known of a process; nil where it is gone.
    public static func figures(of process: Int32) -> ProcessFigures? {
      guard let status = text("/proc/\(process)/status") else { return nil }
      func field(_ name: String) -> Substring? {
        status.split(separator: "\n").first { $0.hasPrefix(name) }?.split(whereSeparator: \.isWhitespace).dropFirst()
          .first
      }
      guard let state = field("State:"), state != "Z", state != "X" else { return nil }
      return ProcessFigures(
        memoryBytes: (field("VmRSS:").flatMap { Int($0) } ?? 0) * 1024, isStopped: state == "T" || state == "t")
    }

    private static func readings(of folder: String, prefix: String, file: String) -> [String] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return names.filter { $0.hasPrefix(prefix) }.compactMap { text("\(folder)/\($0)/\(file)") }
    }
  }
#endif
