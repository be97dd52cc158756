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

    /// The most bytes of main memory that this process has held at once.
    public static var peakMemoryByteCount: Int { kibibytes("/proc/self/status", field: "VmHWM") }

    /// The number of runnable threads, averaged over the last minute.
    public static var loadAverage: Double {
      text("/proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) } ?? 0
    }

    static func text(_ path: String) -> String? {
      guard let data = FileManager.default.contents(atPath: path) else { return nil }
      return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    static func line(_ path: String, field: String) -> String? {
      text(path)?.split(separator: "\n").first { $0.hasPrefix(field) }.flatMap { line in
        line.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
      }
    }

    static func kibibytes(_ path: String, field: String) -> Int {
      line(path, field: field)?.split(separator: " ").first.flatMap { Int($0) }.map { $0 * 1024 } ?? 0
    }
  }
#endif
