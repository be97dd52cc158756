#if os(Linux)
  import Foundation

  extension Machine {
    /// Cores that this process may use, siblings of one core counted once.
    public static var physicalCoreCount: Int { min(installedCoreCount, ProcessInfo.processInfo.activeProcessorCount) }

    /// Cores of this machine, siblings of one core counted once, whichever of them this process may use.
    public static var installedCoreCount: Int {
      let root = "/sys/devices/system/cpu"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
      let cores = names.filter { $0.hasPrefix("cpu") && Int($0.dropFirst(3)) != nil }.compactMap { name -> String? in
        let topology = "\(root)/\(name)/topology"
        guard let core = text("\(topology)/core_id"), let package = text("\(topology)/physical_package_id") else {
          return nil
        }
        return "\(package)/\(core)"
      }
      return cores.isEmpty ? ProcessInfo.processInfo.processorCount : Set(cores).count
    }

    /// The processor's name as its vendor writes it.
    public static var processorName: String {
      line("/proc/cpuinfo", field: "model name") ?? line("/proc/cpuinfo", field: "Hardware") ?? architecture
    }

    /// Bytes of main memory.
    public static var memoryByteCount: Int { kibibytes("/proc/meminfo", field: "MemTotal") }

    /// Bytes of the last cache before main memory, as far as the processor tells; nil if the system does not report it.
    ///
    /// Format: /sys/devices/system/cpu/cpu0/cache of the kernel's sysfs-devices-system-cpu. Virtual machines may show all of
    /// a cache that they share.
    public static var lastCacheByteCount: Int? {
      let caches = "/sys/devices/system/cpu/cpu0/cache"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: caches)) ?? []
      let sizes = names.compactMap { name -> (level: Int, bytes: Int)? in
        guard let level = text("\(caches)/\(name)/level").flatMap({ Int($0) }),
          let size = text("\(caches)/\(name)/size"),
          size.hasSuffix("K"), let kibibytes = Int(size.dropLast())
        else { return nil }
        return (level, kibibytes * 1024)
      }
      return sizes.max { ($0.level, $0.bytes) < ($1.level, $1.bytes) }?.bytes
    }

    /// The operating system and its version, e.g. `Debian GNU/Linux 12 (bookworm)`.
    public static var operatingSystem: String {
      let name = text("/etc/os-release")?.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
      return name.map { $0.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" } } ?? "Linux"
    }

    /// The peak resident size of this process, in bytes.
    public static var peakMemoryByteCount: Int { kibibytes("/proc/self/status", field: "VmHWM") }

    /// Bytes that this process holds in transparent huge pages; nil if the kernel does not report it.
    public static var hugePageByteCount: Int? { knownKibibytes("/proc/self/smaps_rollup", field: "AnonHugePages") }

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

    /// What belongs to a process; nil if it is gone.
    ///
    /// Format: /proc/pid/status in proc(5). Anonymous and shared memory with what of it is in swap; locked memory is what
    /// the system may not page out.
    public static func memory(of process: Int32) -> ProcessMemory? {
      guard let status = text("/proc/\(process)/status") else { return nil }
      var bytes: [Substring: Int] = [:]
      for line in status.split(separator: "\n") {
        let fields = line.split(whereSeparator: { $0 == ":" || $0.isWhitespace })
        if fields.count == 3, fields[2] == "kB", let value = Int(fields[1]) { bytes[fields[0]] = value * 1024 }
      }
      guard let anonymous = bytes["RssAnon"] else { return nil }
      let swapped = bytes["VmSwap"] ?? 0
      return ProcessMemory(
        footprintBytes: anonymous + (bytes["RssShmem"] ?? 0) + swapped, swappedBytes: swapped,
        wiredBytes: bytes["VmLck"])
    }

    /// A path by which the executable of a process can be read, even if its file was replaced; nil if it cannot.
    public static func executable(of process: Int32) -> String? {
      let path = "/proc/\(process)/exe"
      return access(path, R_OK) == 0 ? path : nil
    }

    /// The highest nice value of a process's threads, which each have their own; nil if it is gone.
    public static func niceValue(of process: Int32) -> Int? {
      let folder = "/proc/\(process)/task"
      let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return threads.compactMap { thread in
        text("\(folder)/\(thread)/stat").flatMap(statFields).flatMap { $0.count > 16 ? Int($0[16]) : nil }
      }.max()
    }

    /// The processors that a process may use; nil if it is gone.
    public static func affinity(of process: Int32) -> ProcessorList? {
      line("/proc/\(process)/status", field: "Cpus_allowed_list").flatMap(ProcessorList.init)
    }

    /// Ticks since boot of the processors that this process may use; nil if the system does not count them.
    static var processorTimes: ProcessorTimes? {
      let usable = affinity(of: getpid())
      var times = ProcessorTimes()
      for line in text("/proc/stat")?.split(separator: "\n") ?? [] where line.hasPrefix("cpu") {
        let fields = line.split(separator: " ")
        guard let number = Int(fields[0].dropFirst(3)), usable?.numbers.contains(number) ?? true else { continue }
        // User, nice, system, idle, waiting, interrupts, soft interrupts, stolen; what follows is part of user and nice.
        let ticks = fields.dropFirst().prefix(8).compactMap { UInt64($0) }
        guard ticks.count == 8 else { continue }
        times.count += 1
        times.all += ticks.reduce(0, &+)
        times.stolen = (times.stolen ?? 0) + ticks[7]
        times.busy += ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]
      }
      return times.count > 0 ? times : nil
    }

    /// Ticks that each process but this one has used, those of its threads together, with its name.
    static var ticksByProcess: [Int32: (name: String, ticks: UInt64)] {
      var found: [Int32: (name: String, ticks: UInt64)] = [:]
      for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
        guard let process = Int32(entry), process != getpid(), let stat = text("/proc/\(entry)/stat"),
          let start = stat.firstIndex(of: "("), let end = stat.lastIndex(of: ")"), start < end,
          let fields = statFields(stat), fields.count > 12, let user = UInt64(fields[11]),
          let system = UInt64(fields[12])
        else { continue }
        found[process] = (String(stat[stat.index(after: start)..<end]), user + system)
      }
      return found
    }

    /// The fields of a process's or thread's `stat` from its state on, the third: its name may hold anything.
    private static func statFields(_ stat: String) -> [Substring]? {
      stat.lastIndex(of: ")").map { stat[stat.index(after: $0)...].split(separator: " ") }
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

    /// In bytes; 0 if the file does not have the field.
    private static func kibibytes(_ path: String, field: String) -> Int { knownKibibytes(path, field: field) ?? 0 }

    /// In bytes; nil if the file does not have the field.
    private static func knownKibibytes(_ path: String, field: String) -> Int? {
      line(path, field: field)?.split(separator: " ").first.flatMap { Int($0) }.map { $0 * 1024 }
    }
  }
#endif
