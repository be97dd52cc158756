import Foundation

/// What the file system knows of a file.
public struct FileStatus: Equatable, Sendable {
  /// What has the name; the raw value stands after "it is" in messages.
  public enum Kind: String, Sendable {
    case regular = "a regular file"
    case folder = "a folder"
    case link = "a symbolic link"
    case pipe = "a named pipe"
    case device = "a device"
    case socket = "a socket"
    case other = "a special file"
  }

  public let device: UInt64
  public let inode: UInt64
  public let kind: Kind
  public let permissions: UInt16
  public let owner: uid_t
  public let group: gid_t
  /// How many names the file has.
  public let names: Int
  /// In bytes.
  public let size: Int

  public var isRegular: Bool { kind == .regular }
  public var isFolder: Bool { kind == .folder }
  /// Whether its permissions let anybody write it; the superuser may nevertheless.
  public var isWritable: Bool { permissions & 0o222 != 0 }

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .folder
      case S_IFLNK: .link
      case S_IFIFO: .pipe
      case S_IFCHR, S_IFBLK: .device
      case S_IFSOCK: .socket
      default: .other
      }
    permissions = UInt16(truncatingIfNeeded: status.st_mode & 0o7777)
    owner = status.st_uid
    group = status.st_gid
    names = Int(status.st_nlink)
    size = Int(status.st_size)
  }

  /// The status of what has a name, links not followed; nil if nothing has it.
  public init?(ofNameAt path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// The status of what a name leads to, links followed; nil if there is nothing.
  public init?(ofFileAt path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}
