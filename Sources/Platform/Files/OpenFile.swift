import CPlatform
import Foundation

/// An open file or folder, with the system calls that durable writes and locks need.
///
/// It is closed when its last reference goes.
public final class OpenFile: Sendable {
  public enum Access: Sendable {
    /// Reading; opening a named pipe does not wait for its writer.
    case reading
    /// The same of a file that must not be a symbolic link.
    case readingUnlinked
    /// Reading and writing a new file: it is an error if anything has its name, even a dangling link.
    case creating(permissions: UInt16)
    /// Reading and writing a file that is created if need be and kept otherwise; a symbolic link is not followed.
    case updating(permissions: UInt16)
    /// Reading and writing a file that is there; a symbolic link is not followed.
    case existing
    /// Writing at the end of a file that is created if need be; a symbolic link is not followed.
    case appending(permissions: UInt16)
    /// A folder, and nothing else.
    case folder
  }

  public let path: String
  let descriptor: Int32

  /// Opens a file; permissions apply to a new file, less the umask.
  public init(_ path: String, _ access: Access) throws(FileSystemError) {
    let descriptor = retrying {
      switch access {
      case .reading: open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      case .readingUnlinked: open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
      case .creating(let permissions): open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(permissions))
      case .updating(let permissions):
        open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, mode_t(permissions))
      case .existing: open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
      case .appending(let permissions):
        open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, mode_t(permissions))
      case .folder: open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
      }
    }
    guard descriptor >= 0 else { throw FileSystemError(.open, path, code: errno) }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// A handle with a descriptor of its own, at the start of the file.
  func handle() throws(FileSystemError) -> FileHandle {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw failure(.open) }
    return FileHandle(fileDescriptor: copy, closeOnDealloc: true)
  }

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

  /// Writes all bytes at an offset.
  public func write(_ bytes: [UInt8], at offset: Int = 0) throws(FileSystemError) {
    let result = bytes.withUnsafeBytes { bytes -> Result<Void, FileSystemError> in
      do throws(FileSystemError) { return .success(try write(bytes, at: offset)) } catch { return .failure(error) }
    }
    try result.get()
  }

  /// Writes all bytes at the end, or none.
  public func append(_ bytes: [UInt8]) throws(FileSystemError) {
    let end = try status().size
    do throws(FileSystemError) {
      try write(bytes, at: end)
    } catch {
      _ = retrying { ftruncate(descriptor, off_t(end)) }
      throw error
    }
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

  /// The file itself, if it is a regular one: the bytes of a named pipe or a device may never come or never end.
  public func regular() throws(FileSystemError) -> OpenFile {
    let status = try status()
    guard status.isRegular else {
      throw FileSystemError(notUsable: path, "it is \(status.kind.rawValue), no regular file")
    }
    return self
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

  /// Gives the file another's extended attributes, access control list included, and no others.
  ///
  /// - Throws: `FileSystemError`, with the first attribute that can't be kept.
  public func adoptAttributes(of other: OpenFile) throws(FileSystemError) {
    var name = [CChar](repeating: 0, count: 256)
    let problem = attributes_copy(other.descriptor, descriptor, &name, name.count)
    guard problem != 0 else { return }
    let attribute = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self).printable
    throw FileSystemError(
      notUsable: path,
      "its attribute\(attribute.isEmpty ? "s" : " \(attribute)") could not be kept: \(String(cString: strerror(problem)))"
    )
  }

  /// Takes the advisory lock of the file (`flock`) if nobody holds it.
  ///
  /// The lock ends with this object, and with the process however that ends.
  public func tryLock() throws(FileSystemError) -> Bool {
    if retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return true }
    guard errno == EWOULDBLOCK else { throw failure(.lock) }
    return false
  }

  func failure(_ operation: FileSystemError.Operation) -> FileSystemError {
    FileSystemError(operation, path, code: errno)
  }
}

/// Calls again as long as a signal interrupts the call.
func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}
