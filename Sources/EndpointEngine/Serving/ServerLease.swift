import Foundation
import Platform

/// The right to run a server: one at a time on a machine, since two large models rarely fit.
///
/// Whoever holds it keeps its server until another process asks by a signal, and gives it up between two requests. The
/// operating system takes it from a process that ends.
final class ServerLease: @unchecked Sendable {  // `descriptor` is used under the engine's lock only.
  /// The subcommand that serves an endpoint, by which a holder is known.
  static let workerName = "endpoint-worker"

  private let path: String
  private var descriptor: Int32 = -1

  init(path: String) { self.path = path }

  static var standard: ServerLease {
    ServerLease(
      path: FileManager.default.temporaryDirectory.appendingPathComponent("resident-server-\(getuid()).lock").path)
  }

  var isHeld: Bool { descriptor >= 0 }

  /// Waits until no other process has a server.
  ///
  /// - Throws: `.notStarted` where that takes more than `seconds`.
  func acquire(within seconds: Double) throws(EndpointError) {
    if isHeld { return }
    let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard opened >= 0 else {
      throw .notStarted(command: path, reason: "the file cannot be opened: \(String(cString: strerror(errno)))")
    }
    let deadline = ContinuousClock.now + .seconds(seconds)
    while flock(opened, LOCK_EX | LOCK_NB) != 0 {
      guard ContinuousClock.now < deadline else {
        close(opened)
        throw .notStarted(command: path, reason: "another process keeps its server running")
      }
      let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
      // The number may be that of a holder before, and by now of another program, which the signal would end.
      if let holder = text.flatMap(Int32.init), ProcessTable.commandLine(of: holder).contains(Self.workerName) {
        Signals.send(.message, to: holder)
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
    let name = Array("\(getpid())".utf8)
    ftruncate(opened, 0)
    _ = pwrite(opened, name, name.count, 0)
    descriptor = opened
  }

  func release() {
    guard isHeld else { return }
    close(descriptor)
    descriptor = -1
  }
}
