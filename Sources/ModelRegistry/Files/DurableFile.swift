#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// An open file, by the system calls that an atomic and durable edit needs.
///
/// Whoever opens one calls `release()` once.
struct DurableFile {
  enum Access {
    case reading
    /// A new file: it is an error if anything has its name, even a dangling link.
    case creating(permissions: UInt16)
    /// Reading and writing, created if need be.
    case locking
  }

  /// Far above any registry or source file: what is larger was named by mistake.
  static let sizeLimit = 16 << 20

  let path: String
  private let descriptor: Int32

  init(_ path: String, _ access: Access) throws(RegistryError) {
    self.path = path
    let descriptor = Self.retrying {
      switch access {
      // Without O_NONBLOCK, opening a named pipe would wait for its writer.
      case .reading: open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      case .creating(let permissions):
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(permissions))
      case .locking: open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode_t(0o644))
      }
    }
    guard descriptor >= 0 else {
      let code = errno
      let isBarredFromFolder = [EACCES, EPERM, EROFS].contains(code) && FileStatus(ofNameAt: path) == nil
      throw .system("open it", isBarredFromFolder ? Self.folder(of: path) : path, code)
    }
    self.descriptor = descriptor
  }

  func release() { _ = close(descriptor) }

  /// The whole file, from its start.
  func contents() throws(RegistryError) -> [UInt8] {
    guard try status().isRegular else { throw .file(path: path, .notARegularFile) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Self.retrying { pread(descriptor, &chunk, chunk.count, off_t(bytes.count)) }
      guard count >= 0 else { throw .system("read it", path, errno) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= Self.sizeLimit else { throw .file(path: path, .tooLarge(limit: Self.sizeLimit)) }
    }
  }

  func append(_ bytes: [UInt8]) throws(RegistryError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { buffer in
        Self.retrying { write(descriptor, buffer.baseAddress, buffer.count) }
      }
      guard count >= 0 else { throw .system("write it", path, errno) }
      rest = rest.dropFirst(count)
    }
  }

  func truncate() throws(RegistryError) {
    guard ftruncate(descriptor, 0) == 0 else { throw .system("truncate it", path, errno) }
  }

  /// Waits until the file's bytes are on the medium.
  func synchronize() throws(RegistryError) {
    #if canImport(Darwin)
      // There, fsync leaves the bytes in the drive's cache.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    guard Self.retrying({ fsync(descriptor) }) == 0 else { throw .system("flush it to the disk", path, errno) }
  }

  func status() throws(RegistryError) -> FileStatus {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("inspect it", path, errno) }
    return FileStatus(status)
  }

  /// Whether the file's path still names it, and not nothing or another one.
  func hasName() throws(RegistryError) -> Bool {
    let own = try status()
    guard let named = FileStatus(ofNameAt: path) else { return false }
    return own.device == named.device && own.inode == named.inode
  }

  /// Gives the file another's permissions, and its owner and group as far as this user may.
  func adopt(_ other: FileStatus) throws(RegistryError) {
    let own = try status()
    if own.owner != other.owner || own.group != other.group {
      if fchown(descriptor, other.owner, other.group) != 0 { _ = fchown(descriptor, own.owner, other.group) }
    }
    guard fchmod(descriptor, mode_t(other.permissions)) == 0 else { throw .system("set its permissions", path, errno) }
  }

  /// Takes the advisory lock on the file if nobody holds it; `release()` gives it back.
  func tryLock() throws(RegistryError) -> Bool {
    if Self.retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return true }
    guard errno == EWOULDBLOCK else { throw .system("lock it", path, errno) }
    return false
  }

  /// Calls again as long as a signal interrupts the call.
  private static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
      let result = call()
      if result != -1 || errno != EINTR { return result }
    }
  }
}

/// What the file system knows of a file.
struct FileStatus: Equatable {
  let device: UInt64
  let inode: UInt64
  let isRegular: Bool
  let permissions: UInt16
  let owner: uid_t
  let group: gid_t

  fileprivate init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    isRegular = status.st_mode & S_IFMT == S_IFREG
    permissions = UInt16(truncatingIfNeeded: status.st_mode & 0o7777)
    owner = status.st_uid
    group = status.st_gid
  }

  /// The status of what has a name, links not followed; nil where nothing has.
  init?(ofNameAt path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}

extension DurableFile {
  static func contents(ofFileAt path: String) throws(RegistryError) -> [UInt8] {
    let file = try DurableFile(path, .reading)
    defer { file.release() }
    return try file.contents()
  }

  /// The path of an existing file, links resolved.
  static func canonicalPath(of path: String) throws(RegistryError) -> String {
    guard let resolved = realpath(path, nil) else { throw .system("find it", path, errno) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Gives a file another's name, in one step that replaces the other.
  static func move(_ path: String, onto other: String) throws(RegistryError) {
    guard rename(path, other) == 0 else { throw .system("replace it", other, errno) }
  }

  /// Gives a file a second name, which must be free.
  static func link(_ path: String, as other: String) throws(RegistryError) {
    guard linkat(AT_FDCWD, path, AT_FDCWD, other, 0) == 0 else { throw .system("create it", other, errno) }
  }

  static func remove(_ path: String) { _ = unlink(path) }

  /// Waits until a folder's names are on the medium; file systems that can't do that are believed to need it not.
  static func synchronize(folder: String) throws(RegistryError) {
    let descriptor = retrying { open(folder, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .notDurable(folder, errno) }
    defer { _ = close(descriptor) }
    if retrying({ fsync(descriptor) }) == 0 || errno == EINVAL || errno == ENOTSUP { return }
    throw .notDurable(folder, errno)
  }

  static var processIdentifier: Int32 { getpid() }

  /// Gives way to others for some milliseconds.
  static func pause(milliseconds: UInt32) { _ = usleep(milliseconds * 1000) }
}

extension RegistryError {
  /// The error that a failed system call means.
  static func system(_ operation: String, _ path: String, _ code: Int32) -> RegistryError {
    switch code {
    case ENOENT, ENOTDIR: .file(path: path, .notFound)
    case EEXIST: .file(path: path, .alreadyExists)
    case EACCES, EPERM: .file(path: path, .notPermitted)
    case EROFS: .file(path: path, .readOnlyFileSystem)
    case ENOSPC, EDQUOT: .file(path: path, .diskFull)
    default: .file(path: path, .failed(operation: operation, reason: String(cString: strerror(code))))
    }
  }

  fileprivate static func notDurable(_ folder: String, _ code: Int32) -> RegistryError {
    .file(path: folder, .notDurable(reason: String(cString: strerror(code))))
  }
}
