#if os(Linux)
  import Foundation

  extension Machine {
    /// Cores that this process may use, siblings of one core counted once.
    public static var physicalCoreCount: Int {
      let root = "/sys/devices/system/cpu"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
      let cores = names.filter { $0.hasPrefix("cpu") && Int($0.dropFirst(3)) != nil }.compactMap { name -> String? in
        let topology = "\(root)/\(name)/topology"
        guard let core = text("\(topology)/core_id"), let package = text("\(topology)/physical_package_id") else {
          return nil
        }
        return "\(package)/\(core)"
      }
      let usable = ProcessInfo.processInfo.activeProcessorCount
      return cores.isEmpty ? usable : min(Set(cores).count, usable)
    }

    /// The processor's name as its vendor writes it.
    public static var processorName: String {
      line("/proc/cpuinfo", field: "model name") ?? line("/proc/cpuinfo", field: "Hardware") ?? architecture
    }

    /// Bytes of main memory.
    public static var memoryByteCount: Int { kibibytes("/proc/meminfo", field: "MemTotal") }

    /// The operating system and its version, e.g. `Debian GNU/Linux 12 (bookworm)`.
    public static var operatingSystem: String {
      let name = text("/etc/os-release")?.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
      return name.map { $0.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" } } ?? "Linux"
    }

    /// The peak resident size of this process, in bytes.
    public static var peakMemoryByteCount: Int { kibibytes("/proc/self/status", field: "VmHWM") }

    /// The number of runnable threads, averaged over the last minute.
    public static var loadAverage: Double {
      text("/proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) } ?? 0
    }

    /// Bytes that programs can still allocate without swapping.
    public static var freeMemoryByteCount: Int { kibibytes("/proc/meminfo", field: "MemAvailable") }

    /// Bytes of swap in use.
    public static var swapByteCount: Int {
      kibibytes("/proc/meminfo", field: "SwapTotal") - kibibytes("/proc/meminfo", field: "SwapFree")
    }

    /// The share of the last ten seconds in which some task waited for memory, in percent; nil if the kernel does not report it.
    public static var memoryPressure: Double? {
      line("/proc/pressure/memory", field: "some")?.split(separator: " ").first { $0.hasPrefix("avg10=") }
        .flatMap { Double($0.dropFirst(6)) }
    }

    /// Ticks of all processors since boot: those that a hypervisor took, and all of them.
    public static var processorTicks: (stolen: UInt64, all: UInt64)? {
      guard let fields = text("/proc/stat")?.split(separator: "\n").first?.split(separator: " ").dropFirst() else {
        return nil
      }
      let ticks = fields.prefix(8).compactMap { UInt64($0) }
      return ticks.count == 8 ? (ticks[7], ticks.reduce(0, &+)) : nil
    }

    /// The hottest sensor in degrees Celsius; nil if there is none.
    public static var temperature: Double? {
      readings(of: "/sys/class/thermal", prefix: "thermal_zone", file: "temp").compactMap { Double($0) }.max()
        .map { $0 / 1000 }
    }

    /// Whether the machine runs on mains; nil if the system does not report it.
    public static var isOnMains: Bool? {
      let supplies = readings(of: "/sys/class/power_supply", prefix: "", file: "online")
      return supplies.isEmpty ? nil : supplies.contains("1")
    }

    /// What is known of a process; nil if it is gone.
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

    private static func text(_ path: String) -> String? {
      guard let data = FileManager.default.contents(atPath: path) else { return nil }
      return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func line(_ path: String, field: String) -> String? {
      text(path)?.split(separator: "\n").first { $0.hasPrefix(field) }.flatMap { line in
        line.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
      }
    }

    private static func kibibytes(_ path: String, field: String) -> Int {
      line(path, field: field)?.split(separator: " ").first.flatMap { Int($0) }.map { $0 * 1024 } ?? 0
    }
  }
#endif
