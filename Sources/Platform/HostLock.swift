import Foundation

/// The right to measure on this machine, which one process has at a time.
///
/// The lock is the kernel's (`flock`), so it ends with its holder however that ends; the file only carries it, and says
/// who has it.
public final class HostLock: Sendable {
  /// What to do where another process has the lock.
  public enum Manner: String, Sendable, CaseIterable {
    case wait
    case refuse
    /// Like `refuse`, but ending at once is what the caller wants.
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

  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock.
  ///
  /// - Parameters:
  ///   - activity: What it is taken for, in a few words, for whoever finds it taken.
  ///   - onWait: Called once with the holder's name before waiting.
  /// - Throws: `Failure`; `CancellationError` while it waits.
  public static func acquire(
    for activity: String, manner: Manner, at path: String = path, onWait: (String) -> Void = { _ in }
  ) async throws -> HostLock {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Failure.unusable(file: path, reason: String(cString: strerror(errno))) }
    let lock = HostLock(descriptor: descriptor)
    // Another user's processes must be able to take it as well, whatever this process's mask.
    _ = fchmod(descriptor, 0o666)
    var hasTold = false
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw Failure.unusable(file: path, reason: String(cString: strerror(errno)))
      }
      let holder = holder(at: path) ?? "a process that has not said its name yet"
      guard manner == .wait else { throw Failure.held(file: path, holder: holder) }
      if !hasTold { onWait(holder) }
      hasTold = true
      try await Task.sleep(for: .milliseconds(200))
    }
    lock.nameHolder(activity)
    return lock
  }

  /// What the holder said of itself; nil where nobody has the lock.
  public static func holder(at path: String = path) -> String? {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
    guard let data = FileManager.default.contents(atPath: path), !data.isEmpty else { return "an unnamed process" }
    return String(decoding: data.prefix(500), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// For messages only: the lock holds without it, as on a full disk.
  private func nameHolder(_ activity: String) {
    let text = Array("process \(getpid()), \(activity)\n".utf8)
    guard ftruncate(descriptor, 0) == 0 else { return }
    _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }
}
