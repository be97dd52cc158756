import Foundation
import Platform

/// The right to run a server: one at a time on a machine, since two large models rarely fit.
///
/// A process that holds it keeps its server until another process asks for the lease by a signal, and gives it up between
/// two requests. The operating system releases the lease of a process that ends.
final class ServerLease: @unchecked Sendable {  // `file` is used under the engine's lock only.
  /// The subcommand that serves an endpoint, by which a holder is recognized.
  static let workerName = "endpoint-worker"

  /// Nil for the one of this user.
  private let path: String?
  /// Locked while the lease is held, else nil.
  private var file: LockFile?

  init(path: String? = nil) { self.path = path }

  var isHeld: Bool { file != nil }

  /// Waits until no other process has a server.
  ///
  /// - Throws: `.notStarted` if that takes more than `seconds`.
  func acquire(within seconds: Double) throws(EndpointError) {
    if isHeld { return }
    do throws(FileSystemError) {
      file = try lock(within: seconds)
    } catch {
      throw .notStarted(command: error.path, reason: "the file cannot be used: \(error.reason)")
    }
    guard let file else {
      throw .notStarted(command: path ?? "a server", reason: "another process keeps its server running")
    }
    file.name(holder: "\(getpid())")
  }

  func release() { file = nil }

  /// The locked file, or nil if another process keeps the lock.
  private func lock(within seconds: Double) throws(FileSystemError) -> LockFile? {
    let place = if let path { path } else { try PrivateFolder.make() + "/server.lock" }
    let file = try LockFile(place, isShared: false)
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try !file.tryLock() {
      guard ContinuousClock.now < deadline else { return nil }
      // The file may name an earlier holder, whose number is another program's by now; the signal would end that one.
      if let holder = file.lastHolder.flatMap({ Int32($0) }),
        ProcessTable.commandLine(of: holder).contains(Self.workerName)
      {
        Signals.send(.message, to: holder)
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
    return file
  }
}
