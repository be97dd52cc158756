import Foundation

/// An open file that carries a lock and names its holder.
///
/// The lock is the kernel's (`flock`), so it ends with the holding process however that ends, and with the last reference.
public final class LockFile: Sendable {
  private let file: OpenFile

  public var path: String { file.path }

  /// - Parameter file: Open for reading and writing.
  public init(_ file: OpenFile) { self.file = file }

  /// Opens a lock that users of this machine share, and creates its file if need be.
  ///
  /// - Parameter permissions: Which users may take the lock, whatever the umask; another user's file keeps its own.
  public convenience init(_ path: String, permissions: UInt16) throws(FileSystemError) {
    let file = try OpenFile(path, .updating(permissions: permissions, followsLink: true))
    try? file.setPermissions(permissions)
    self.init(file)
  }

  /// Takes the lock if nobody has it.
  public func tryLock() throws(FileSystemError) -> Bool { try file.tryLock() }

  /// Whether the path still names this file: a holder may have removed it.
  public func hasName() throws(FileSystemError) -> Bool { try file.hasName() }

  /// Writes the holder's name for others to read; the lock holds without it, as on a full disk.
  public func name(holder: String) {
    guard (try? file.truncate()) != nil else { return }
    try? file.write(Array(holder.utf8))
  }

  /// The name that the last holder wrote, which may have ended since; nil if it wrote none.
  public var lastHolder: String? {
    guard let bytes = try? file.read(upTo: 500) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : text
  }
}
