import Foundation
import Platform

/// A server that this process started, together with all processes that it starts.
///
/// It runs under a `Supervisor` that ends the whole tree when this process goes away, however that happens: the supervisor
/// reads a pipe that no other process holds.
final class ManagedServer {
  let port: Int
  let command: [String]
  private let supervisor: ChildProcess
  private let log: URL

  /// - Parameter supervisor: The program and the words before the server's own command.
  /// - Throws: `.notStarted`.
  init(_ command: [String], port: Int, supervisor words: [String]) throws(EndpointError) {
    self.command = command
    self.port = port
    log = FileManager.default.temporaryDirectory.appendingPathComponent("resident-server-\(UUID().uuidString).log")
    do {
      let output = try RegularFile.handle(replacing: log.path)
      supervisor = try ChildProcess(
        words[0], words.dropFirst() + command, output: .file(output), errors: .file(output))
    } catch {
      let reason = (error as? ChildProcess.NotStarted)?.reason ?? error.localizedDescription
      throw .notStarted(command: command.joined(separator: " "), reason: reason)
    }
  }

  /// The root of the server's processes.
  var processIdentifier: Int32 { supervisor.identifier }
  var isRunning: Bool { supervisor.reap() == nil }

  /// The end of what the server has printed.
  var lastWords: String {
    let text = (try? RegularFile.read(log.path)).map { String(decoding: $0.suffix(2_000), as: UTF8.self) }
    return (text ?? "").split(separator: "\n").suffix(3).joined(separator: " | ")
  }

  /// Ends the whole tree and waits for it.
  func end() {
    // The supervisor's lifeline.
    try? supervisor.input.close()
    _ = supervisor.wait()
    try? FileManager.default.removeItem(at: log)
  }

  deinit { end() }

  /// A port of the loopback interface that is not in use now.
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

/// Runs a server for a process that may end at any time, and then ends the server's whole tree.
public enum Supervisor {
  /// Starts the command and waits until it ends, or until standard input does.
  ///
  /// - Returns: The command's exit status.
  /// - Throws: If the command cannot be started.
  public static func run(_ command: [String]) throws -> Int32 {
    // Before the server starts, which may put processes into sessions of their own.
    ProcessTable.adoptOrphans()
    let server = try ChildProcess(
      "/usr/bin/env", command, input: .null, output: .file(.standardOutput), errors: .file(.standardError))
    let root = server.identifier
    let watch = Thread {
      while !FileHandle.standardInput.availableData.isEmpty {}
      ProcessTable.end(treeOf: root)
    }
    watch.start()
    let signals = [Signals.Kind.terminate, .interrupt].map { kind in
      Signals.observe(kind) { ProcessTable.end(treeOf: root) }
    }
    let status = server.wait()
    // What outlives the server, as far as it is still in this process's tree.
    ProcessTable.end(treeOf: ProcessInfo.processInfo.processIdentifier, includingRoot: false)
    withExtendedLifetime(signals) {}
    return status.number
  }
}
