import Foundation

/// An open file that carries a lock and says who has it.
///
/// The lock is the kernel's (`flock`), so it ends with its holder however that ends, and with the last reference.
public final class LockFile: Sendable {
  public struct Unusable: Error, Sendable {
    /// In the operating system's words.
    public let reason: String

    init(code: Int32) { reason = String(cString: strerror(code)) }
  }

  public let path: String
  private let descriptor: Int32

  /// Opens the file, and creates it if need be.
  ///
  /// - Parameter permissions: Who may take the lock, whatever this process's mask; a file of another user keeps its own.
  public init(_ path: String, permissions: UInt16) throws(Unusable) {
    let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode_t(permissions))
    guard opened >= 0 else { throw Unusable(code: errno) }
    _ = fchmod(opened, mode_t(permissions))
    self.path = path
    descriptor = opened
  }

  deinit { close(descriptor) }

  /// Takes the lock where nobody has it.
  public func tryLock() throws(Unusable) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
    guard errno == EWOULDBLOCK || errno == EINTR else { throw Unusable(code: errno) }
    return false
  }

  /// Says who has the lock, for others to read: it holds without that, as on a full disk.
  public func name(holder: String) {
    let text = Array(holder.utf8)
    guard ftruncate(descriptor, 0) == 0 else { return }
    _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  /// What the last holder said of itself, which may have ended; nil where it said nothing.
  public var lastHolder: String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let text = String(decoding: data.prefix(500), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : text
  }
}
