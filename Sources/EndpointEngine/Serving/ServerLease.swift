import Foundation
import Platform

/// The right to run a server: one at a time on a machine, since two large models rarely fit.
///
/// Whoever holds it keeps its server until another process asks by a signal, and gives it up between two requests. The
/// operating system takes it from a process that ends.
final class ServerLease: @unchecked Sendable {  // `file` is used under the engine's lock only.
  /// The subcommand that serves an endpoint, by which a holder is known.
  static let workerName = "endpoint-worker"

  private let path: String
  /// Locked, while the lease is held.
  private var file: LockFile?

  init(path: String) { self.path = path }

  static var standard: ServerLease {
    ServerLease(
      path: FileManager.default.temporaryDirectory.appendingPathComponent("resident-server-\(getuid()).lock").path)
  }

  var isHeld: Bool { file != nil }

  /// Waits until no other process has a server.
  ///
  /// - Throws: `.notStarted` where that takes more than `seconds`.
  func acquire(within seconds: Double) throws(EndpointError) {
    if isHeld { return }
    do throws(LockFile.Unusable) {
      file = try lock(within: seconds)
    } catch {
      throw .notStarted(command: path, reason: "the file cannot be used: \(error.reason)")
    }
    guard isHeld else { throw .notStarted(command: path, reason: "another process keeps its server running") }
  }

  func release() { file = nil }

  /// The locked file, or nil where another process keeps the lock.
  private func lock(within seconds: Double) throws(LockFile.Unusable) -> LockFile? {
    let file = try LockFile(path, permissions: 0o600)
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try !file.tryLock() {
      guard ContinuousClock.now < deadline else { return nil }
      // The number may be that of a holder before, and by now of another program, which the signal would end.
      if let holder = file.lastHolder.flatMap({ Int32($0) }),
        ProcessTable.commandLine(of: holder).contains(Self.workerName)
      {
        Signals.send(.message, to: holder)
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
    file.name(holder: "\(getpid())")
    return file
  }
}
