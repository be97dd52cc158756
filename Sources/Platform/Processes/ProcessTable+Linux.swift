#if os(Linux)
  import Foundation

  extension ProcessTable {
    /// The parent of each process.
    static var parents: [Int32: Int32] {
      var parents: [Int32: Int32] = [:]
      for name in entries("/proc") {
        guard let process = Int32(name), let stat = text("/proc/\(name)/stat") else { continue }
        // The name in parentheses may hold anything: state and parent stand after the last one.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        if fields.count > 2, fields[1] != "Z", let parent = Int32(fields[2]) { parents[process] = parent }
      }
      return parents
    }

    /// The words that a process was started with.
    public static func commandLine(of process: Int32) -> [String] {
      (text("/proc/\(process)/cmdline") ?? "").split(separator: "\0").map(String.init)
    }

    /// A process's working folder.
    public static func workingFolder(of process: Int32) -> String? {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
    }

    /// The paths of the files that a process has open or mapped.
    public static func openFiles(of process: Int32) -> Set<String> {
      let descriptors = entries("/proc/\(process)/fd").compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\($0)")
      }
      let maps = (text("/proc/\(process)/maps") ?? "").split(separator: "\n").compactMap { line in
        line.firstIndex(of: "/").map { String(line[$0...]) }
      }
      return Set((descriptors + maps).filter { $0.hasPrefix("/") })
    }

    /// The process that listens on a TCP port of this machine.
    public static func listener(onPort port: Int) -> Int32? {
      let wanted = String(format: ":%04X", port)
      var sockets: Set<String> = []
      for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for line in (text(table) ?? "").split(separator: "\n").dropFirst() {
          let fields = line.split(separator: " ")
          // Local address, remote address, state 0A for listening; the inode is the tenth.
          guard fields.count > 9, fields[1].hasSuffix(wanted), fields[3] == "0A" else { continue }
          sockets.insert("socket:[\(fields[9])]")
        }
      }
      guard !sockets.isEmpty else { return nil }
      return entries("/proc").compactMap(Int32.init).sorted().first { process in
        entries("/proc/\(process)/fd").contains { descriptor in
          let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\(descriptor)")
          return target.map(sockets.contains) ?? false
        }
      }
    }

    /// The process that has a file locked by `flock`; nil if none of those that this one can see has.
    ///
    /// Format: /proc/locks in proc(5).
    static func lockHolder(ofInode inode: UInt64) -> Int32? {
      for line in (text("/proc/locks") ?? "").split(separator: "\n") {
        let fields = line.split(separator: " ")
        guard fields.count > 5, fields[1] == "FLOCK", fields[5].hasSuffix(":\(inode)"), let process = Int32(fields[4]),
          process > 0
        else { continue }
        return process
      }
      return nil
    }

    /// The user that a process runs as.
    static func user(of process: Int32) -> uid_t? { FileStatus(ofNameAt: "/proc/\(process)")?.owner }

    static func peakMemoryBytes(of process: Int32) -> Int {
      let line = (text("/proc/\(process)/status") ?? "").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 } ?? 0
    }

    private static func entries(_ path: String) -> [String] {
      (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    }

    private static func text(_ path: String) -> String? {
      FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
  }
#endif
