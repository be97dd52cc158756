import Foundation
import Platform

/// A server that this process started, together with whatever it starts.
///
/// It runs under a supervisor that ends the whole tree when this process goes away, however that happens: the supervisor
/// reads a pipe that nobody else holds.
final class ManagedServer {
  let port: Int
  let command: [String]
  private let supervisor: Process
  private let lifeline: Pipe
  private let log: URL

  /// - Parameter supervisor: The program and the words before the server's own command.
  /// - Throws: `.notStarted`.
  init(_ command: [String], port: Int, supervisor words: [String]) throws(EndpointError) {
    self.command = command
    self.port = port
    log = FileManager.default.temporaryDirectory.appendingPathComponent("resident-server-\(UUID().uuidString).log")
    supervisor = Process()
    supervisor.executableURL = URL(fileURLWithPath: words[0])
    supervisor.arguments = words.dropFirst() + command
    lifeline = Pipe()
    supervisor.standardInput = lifeline
    do {
      try Data().write(to: log)
      let output = try FileHandle(forWritingTo: log)
      supervisor.standardOutput = output
      supervisor.standardError = output
      try supervisor.run()
    } catch {
      throw .notStarted(command: command.joined(separator: " "), reason: error.localizedDescription)
    }
  }

  /// The root of the server's processes.
  var processIdentifier: Int32 { supervisor.processIdentifier }
  var isRunning: Bool { supervisor.isRunning }

  /// The end of what the server has printed.
  var lastWords: String {
    let text = FileManager.default.contents(atPath: log.path).map { String(decoding: $0.suffix(2_000), as: UTF8.self) }
    return (text ?? "").split(separator: "\n").suffix(3).joined(separator: " | ")
  }

  /// Ends the whole tree and waits for it.
  func end() {
    try? lifeline.fileHandleForWriting.close()
    supervisor.waitUntilExit()
    try? FileManager.default.removeItem(at: log)
  }

  deinit { end() }

  /// A port of the loopback interface that nobody uses now.
  static func freePort() -> Int {
    let descriptor = socket(AF_INET, Self.streamKind, 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        guard bind(descriptor, generic, size) == 0, getsockname(descriptor, generic, &size) == 0 else { return 0 }
        return Int(UInt16(bigEndian: UnsafeRawPointer(generic).load(fromByteOffset: 2, as: UInt16.self)))
      }
    }
  }

  private static var streamKind: Int32 {
    #if canImport(Glibc)
      Int32(SOCK_STREAM.rawValue)
    #else
      SOCK_STREAM
    #endif
  }
}
