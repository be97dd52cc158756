#if canImport(Darwin)
  import Darwin
  import Foundation

  extension ProcessTable {
    /// The parent of each process.
    static var parents: [Int32: Int32] {
      var parents: [Int32: Int32] = [:]
      // One option per column: what follows "=" may be taken for a heading, commas and all.
      for line in output("/bin/ps", ["-axo", "pid=", "-o", "ppid=", "-o", "stat="]) {
        let fields = line.split(separator: " ")
        guard fields.count == 3, !fields[2].hasPrefix("Z") else { continue }
        if let process = Int32(fields[0]), let parent = Int32(fields[1]) { parents[process] = parent }
      }
      return parents
    }

    /// The words that a process was started with, split at spaces.
    public static func commandLine(of process: Int32) -> [String] {
      output("/bin/ps", ["-wwo", "command=", "-p", String(process)]).first?.split(separator: " ").map(String.init) ?? []
    }

    /// A process's working folder.
    public static func workingFolder(of process: Int32) -> String? {
      output("/usr/sbin/lsof", ["-a", "-d", "cwd", "-Fn", "-p", String(process)]).first { $0.hasPrefix("n/") }
        .map { String($0.dropFirst()) }
    }

    /// The paths of the files that a process has open or mapped.
    public static func openFiles(of process: Int32) -> Set<String> {
      let lines = output("/usr/sbin/lsof", ["-Fn", "-p", String(process)])
      return Set(lines.filter { $0.hasPrefix("n/") }.map { String($0.dropFirst()) })
    }

    /// The process that listens on a TCP port of this machine.
    public static func listener(onPort port: Int) -> Int32? {
      output("/usr/sbin/lsof", ["-nP", "-t", "-iTCP:\(port)", "-sTCP:LISTEN"]).compactMap { Int32($0) }.min()
    }

    /// The system does not tell.
    static func lockHolder(ofInode inode: UInt64) -> Int32? { nil }

    /// Asked only of the holder of a lock.
    static func user(of process: Int32) -> uid_t? { nil }

    static func peakMemoryBytes(of process: Int32) -> Int {
      Machine.usage(of: process).map { Int($0.ri_lifetime_max_phys_footprint) } ?? 0
    }

    private static func output(_ program: String, _ arguments: [String]) -> [String] {
      guard let output = ProgramOutput(of: URL(fileURLWithPath: program), arguments) else { return [] }
      return String(decoding: output.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
  }
#endif
