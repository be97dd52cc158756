import Foundation

/// An open file or folder, with the system calls that durable writes and locks need.
///
/// It is closed when its last reference goes.
public final class OpenFile: Sendable {
  public enum Access: Sendable {
    /// Reading; opening a named pipe does not wait for its writer.
    case reading
    /// Writing a new file: it is an error if anything has its name, even a dangling link.
    case creating(permissions: UInt16)
    /// Writing a file that is created if need be and emptied otherwise.
    case overwriting(permissions: UInt16)
    /// Reading and writing a file that is created if need be and kept otherwise.
    case updating(permissions: UInt16, followsLink: Bool)
    /// A folder, and nothing else.
    case folder
  }

  public let path: String
  private let descriptor: Int32

  /// Opens a file; permissions apply to a new file, less the umask.
  public init(_ path: String, _ access: Access) throws(FileSystemError) {
    let descriptor = retrying {
      switch access {
      case .reading: open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      case .creating(let permissions): open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(permissions))
      case .overwriting(let permissions): open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(permissions))
      case .updating(let permissions, let followsLink):
        open(path, O_RDWR | O_CREAT | O_CLOEXEC | (followsLink ? 0 : O_NOFOLLOW), mode_t(permissions))
      case .folder: open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
      }
    }
    guard descriptor >= 0 else { throw FileSystemError(.open, path, code: errno) }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The first bytes of the file: at most `count`, fewer at its end.
  public func read(upTo count: Int) throws(FileSystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(count, 1 << 16))
    while bytes.count < count {
      let wanted = min(chunk.count, count - bytes.count)
      let read = retrying { pread(descriptor, &chunk, wanted, off_t(bytes.count)) }
      guard read >= 0 else { throw failure(.read) }
      if read == 0 { break }
      bytes += chunk[..<read]
    }
    return bytes
  }

  /// Writes all bytes at an offset.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileSystemError) {
    var done = 0
    while done < bytes.count {
      let count = retrying {
        pwrite(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
      }
      guard count > 0 else { throw FileSystemError(.write, path, code: count < 0 ? errno : ENOSPC) }
      done += count
    }
  }

  /// Writes all bytes at the start.
  public func write(_ bytes: [UInt8]) throws(FileSystemError) {
    let result = bytes.withUnsafeBytes { bytes -> Result<Void, FileSystemError> in
      do throws(FileSystemError) { return .success(try write(bytes, at: 0)) } catch { return .failure(error) }
    }
    try result.get()
  }

  /// Empties the file.
  public func truncate() throws(FileSystemError) {
    guard retrying({ ftruncate(descriptor, 0) }) == 0 else { throw failure(.truncate) }
  }

  /// Waits until a file's bytes, or a folder's names, are on the medium.
  ///
  /// Some file systems cannot flush a folder, by `EINVAL` or `ENOTSUP`; they are taken not to need it.
  public func synchronize() throws(FileSystemError) {
    #if canImport(Darwin)
      // There, fsync leaves the bytes in the drive's cache. Not every file system can do better.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    if retrying({ fsync(descriptor) }) == 0 { return }
    let error = failure(.flush)
    guard [EINVAL, ENOTSUP].contains(error.code), try status().isFolder else { throw error }
  }

  /// What the file system knows of the file.
  public func status() throws(FileSystemError) -> FileStatus {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(.inspect) }
    return FileStatus(status)
  }

  /// Whether the path still names this file, and not nothing or another one.
  public func hasName() throws(FileSystemError) -> Bool {
    let own = try status()
    guard let named = FileStatus(ofNameAt: path) else { return false }
    return own.device == named.device && own.inode == named.inode
  }

  /// Sets the permissions, whatever the umask.
  public func setPermissions(_ permissions: UInt16) throws(FileSystemError) {
    guard fchmod(descriptor, mode_t(permissions)) == 0 else { throw failure(.setPermissions) }
  }

  /// Gives the file another's permissions, and its owner and group as far as this user may.
  public func adopt(_ other: FileStatus) throws(FileSystemError) {
    let own = try status()
    if own.owner != other.owner || own.group != other.group {
      if fchown(descriptor, other.owner, other.group) != 0 { _ = fchown(descriptor, own.owner, other.group) }
    }
    try setPermissions(other.permissions)
  }

  /// Takes the advisory lock of the file (`flock`) if nobody holds it.
  ///
  /// The lock ends with this object, and with the process however that ends.
  public func tryLock() throws(FileSystemError) -> Bool {
    if retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return true }
    guard errno == EWOULDBLOCK else { throw failure(.lock) }
    return false
  }

  private func failure(_ operation: FileSystemError.Operation) -> FileSystemError {
    FileSystemError(operation, path, code: errno)
  }
}

/// What the file system knows of a file.
public struct FileStatus: Equatable, Sendable {
  public let device: UInt64
  public let inode: UInt64
  public let isRegular: Bool
  public let isFolder: Bool
  public let permissions: UInt16
  public let owner: uid_t
  public let group: gid_t

  fileprivate init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    isRegular = status.st_mode & S_IFMT == S_IFREG
    isFolder = status.st_mode & S_IFMT == S_IFDIR
    permissions = UInt16(truncatingIfNeeded: status.st_mode & 0o7777)
    owner = status.st_uid
    group = status.st_gid
  }

  /// The status of what has a name, links not followed; nil if nothing has it.
  public init?(ofNameAt path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}

/// A system call on a file that failed.
public struct FileSystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was attempted; the raw value stands after "could not" in messages.
  public enum Operation: String, Sendable {
    case open = "open it"
    case resolve = "find it"
    case inspect = "inspect it"
    case read = "read it"
    case write = "write it"
    case truncate = "truncate it"
    case setPermissions = "set its permissions"
    case lock = "lock it"
    case flush = "flush it to the disk"
    /// To a name that another file may have.
    case rename = "replace it"
    /// To a name that must be free.
    case link = "create it"
  }

  public let operation: Operation
  /// The file or folder; for `rename` and `link`, the new name.
  public let path: String
  /// The value of `errno`.
  public let code: Int32

  public init(_ operation: Operation, _ path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// In the operating system's words.
  public var reason: String { String(cString: strerror(code)) }
  public var description: String { "\(path): could not \(operation.rawValue): \(reason)" }
}

/// Calls again as long as a signal interrupts the call.
func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}
