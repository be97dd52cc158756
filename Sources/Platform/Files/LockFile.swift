import Foundation

/// An open file that carries a lock and, if it is this user's, names its holder.
///
/// The lock is the kernel's (`flock`), so it ends with the holding process however that ends, and with the last reference.
public final class LockFile: Sendable {
  /// The most bytes of a holder's name that are read, whatever the file holds.
  private static let nameLimit = 500

  private let file: OpenFile
  /// Whether the file is this user's, and says who holds the lock.
  private let isOwn: Bool

  public var path: String { file.path }

  /// Opens a lock, and creates its file if need be.
  ///
  /// No link is followed, and a file that is there keeps its permissions and, unless it is this user's, its bytes. Another
  /// user's is opened for reading, which is enough to lock it.
  ///
  /// - Parameters:
  ///   - isShared: Whether another user's file will do, and other users can lock the file that is made.
  /// - Throws: `FileSystemError` also for what is no regular file, has a second name, or is another user's and must not be.
  public init(_ path: String, isShared: Bool) throws(FileSystemError) {
    file = try Self.open(path, permissions: isShared ? 0o644 : 0o600)
    let status = try file.regular().status()
    isOwn = status.owner == geteuid()
    guard isOwn || isShared else {
      throw FileSystemError(notUsable: path, "it belongs to \(User.name(of: status.owner))")
    }
    // A second name is how another file of this user's could be passed off as the lock.
    guard status.names < 2 else { throw FileSystemError(notUsable: path, "it has \(status.names) names (hard links)") }
  }

  private static func open(_ path: String, permissions: UInt16) throws(FileSystemError) -> OpenFile {
    while true {
      do throws(FileSystemError) {
        guard let status = FileStatus(ofNameAt: path) else {
          let file = try OpenFile(path, .creating(permissions: permissions))
          // Just made: whatever the umask took away.
          try file.setPermissions(permissions)
          return file
        }
        return try OpenFile(path, status.owner == geteuid() ? .existing : .readingUnlinked)
      } catch {
        // Another process has made or removed it in between.
        guard error.operation == .open, [EEXIST, ENOENT].contains(error.code),
          FileStatus(ofFileAt: DurableFile.folder(of: path)) != nil
        else { throw error }
      }
    }
  }

  /// Takes the lock if nobody has it.
  public func tryLock() throws(FileSystemError) -> Bool { try file.tryLock() }

  /// Whether the path still names this file: a holder may have removed it.
  public func hasName() throws(FileSystemError) -> Bool { try file.hasName() }

  /// Writes the holder's name for others to read; the lock holds without it, as on a full disk.
  public func name(holder: String) {
    guard isOwn, (try? file.truncate()) != nil else { return }
    try? file.write(Array(holder.utf8))
  }

  /// The name that the last holder wrote, which may have ended since; nil if it wrote none.
  public var lastHolder: String? {
    guard isOwn, let bytes = try? file.read(upTo: Self.nameLimit) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self).printable.trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : text
  }

  /// The process that has the lock now; nil if the system does not tell.
  var holdingProcess: HoldingProcess? {
    guard let status = try? file.status(), let process = ProcessTable.lockHolder(ofInode: status.inode),
      let user = ProcessTable.user(of: process)
    else { return nil }
    return HoldingProcess(identifier: process, user: user)
  }
}

/// A process that has a lock.
struct HoldingProcess: CustomStringConvertible {
  let identifier: Int32
  let user: uid_t

  var description: String { "process \(identifier) of \(User.name(of: user))" }
}
