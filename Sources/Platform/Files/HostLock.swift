import Foundation

/// The right to measure on this machine, which one process has at a time.
///
/// The operating system releases it when its holder ends.
public final class HostLock: Sendable {
  /// What to do if another process has the lock.
  public enum Policy: String, Sendable, CaseIterable {
    case wait
    case refuse
    /// Like `refuse`, but the caller then ends without an error.
    case stepAside = "step-aside"
  }

  public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
    case held(file: String, holder: String)
    case unusable(file: String, reason: String)

    public var description: String {
      switch self {
      case .held(let file, let holder):
        "another measurement runs on this machine: \(holder) (it has locked \(file)); wait for it, or end it"
      case .unusable(let file, let reason): "the lock \(file) cannot be used: \(reason)"
      }
    }
  }

  /// Names another lock file, for tests and for machines whose users cannot share `/tmp`.
  public static let environmentVariable = "RESIDENT_LOCK"

  /// Where the lock is, unless the environment says otherwise: a folder that all users of a machine share.
  public static var path: String {
    let override = ProcessInfo.processInfo.environment[environmentVariable] ?? ""
    return override.isEmpty ? "/tmp/resident.lock" : override
  }

  private let file: LockFile

  private init(_ file: LockFile) { self.file = file }

  /// Takes the lock.
  ///
  /// - Parameters:
  ///   - activity: What it is taken for, in a few words, for others that find it taken.
  ///   - onWait: Called once with the holder's name before waiting.
  /// - Throws: `Failure`; `CancellationError` while it waits.
  public static func acquire(
    for activity: String, whenHeld policy: Policy, at path: String = path, onWait: (String) -> Void = { _ in }
  ) async throws -> HostLock {
    do {
      // Another user's processes must be able to take it as well.
      let file = try LockFile(path, permissions: 0o666)
      var hasTold = false
      while try !file.tryLock() {
        let holder = file.lastHolder ?? "a process that has not said its name yet"
        guard policy == .wait else { throw Failure.held(file: path, holder: holder) }
        if !hasTold { onWait(holder) }
        hasTold = true
        try await Task.sleep(for: .milliseconds(200))
      }
      file.name(holder: "process \(getpid()), \(activity)\n")
      return HostLock(file)
    } catch let error as FileSystemError {
      throw Failure.unusable(file: path, reason: error.reason)
    }
  }

  /// The name that the holder wrote; nil if no process has the lock.
  public static func holder(at path: String = path) -> String? {
    guard FileManager.default.fileExists(atPath: path), let file = try? LockFile(path, permissions: 0o666),
      (try? file.tryLock()) == false
    else { return nil }
    return file.lastHolder ?? "an unnamed process"
  }
}
