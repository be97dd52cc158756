import Foundation
import Platform

/// The right to edit one file, by a lock on a sibling file `.<name>.lock`.
///
/// The lock ends with the process however that ends; the sibling only carries it, and the holder's process id. It is
/// removed with the lock, so that no edited folder keeps one.
struct EditLock {
  private let file: LockFile

  static func path(for target: String) -> String {
    DurableFile.hiddenSibling(of: target, suffix: ".lock")
  }

  /// Runs `body` while no other process or thread edits `target`.
  ///
  /// - Throws: `RegistryError.FileProblem.locked` with the holder after `timeout`; what `body` throws.
  static func withLock<Result>(
    on target: String, timeout: Duration, _ body: () throws(RegistryError) -> Result
  ) throws(RegistryError) -> Result {
    let lock = try acquire(path(for: target), target: target, timeout: timeout)
    defer { lock.release() }
    return try body()
  }

  private static func acquire(
    _ path: String, target: String, timeout: Duration
  ) throws(RegistryError) -> EditLock {
    let deadline = ContinuousClock.now + timeout
    while true {
      let file = try RegistryError.converting(LockFile(path, isShared: true))
      if try RegistryError.converting(file.tryLock()) {
        guard try RegistryError.converting(file.hasName()) else { continue }
        file.name(holder: "\(getpid())\n")
        return EditLock(file: file)
      }
      guard ContinuousClock.now < deadline else { throw .file(path: target, .locked(holder: holder(of: file))) }
      Thread.sleep(forTimeInterval: 0.005)
    }
  }

  private static func holder(of file: LockFile) -> Int32? {
    file.lastHolder.flatMap { Int32($0.prefix { $0 != "\n" }) }
  }

  /// Removes the sibling while it is still locked: a process that waits for it will find that it lost its name.
  private func release() { withExtendedLifetime(file) { DurableFile.remove(file.path) } }
}
