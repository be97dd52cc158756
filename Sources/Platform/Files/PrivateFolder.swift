import Foundation

/// A folder of this user's in which nobody else can put or replace a file, for locks and the like.
///
/// Its place follows from the user alone, not from the environment: two programs of one user always find the same.
public enum PrivateFolder {
  /// Where folders of all users may lie.
  public static let parent = "/tmp"

  /// Where a user's folder is.
  public static func path(of user: uid_t = geteuid(), in parent: String = parent) -> String {
    "\(parent)/resident-\(user)"
  }

  /// The path of this user's folder, which is made if need be.
  ///
  /// - Throws: `FileSystemError` if it can't be made, or if what has its name is no folder of this user's alone.
  public static func make(in parent: String = parent) throws(FileSystemError) -> String {
    let path = path(in: parent)
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileSystemError(.link, path, code: errno) }
    try check(path)
    return path
  }

  /// The folder that the system keeps for this user while it is logged in, by `XDG_RUNTIME_DIR`; nil if there is none that
  /// is this user's alone.
  ///
  /// <https://specifications.freedesktop.org/basedir-spec/latest/>
  public static func runtime(
    _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    guard let path = environment["XDG_RUNTIME_DIR"], path.hasPrefix("/"), (try? check(path)) != nil else { return nil }
    return path
  }

  /// - Throws: `FileSystemError` unless the path names a folder that only this user can use.
  static func check(_ path: String) throws(FileSystemError) {
    guard let status = FileStatus(ofNameAt: path) else { throw FileSystemError(.open, path, code: ENOENT) }
    guard status.isFolder else { throw FileSystemError(notUsable: path, "it is \(status.kind.rawValue), no folder") }
    guard status.owner == geteuid() else {
      throw FileSystemError(notUsable: path, "it belongs to \(User.name(of: status.owner)), who has to remove it")
    }
    guard status.permissions & 0o077 == 0 else {
      throw FileSystemError(notUsable: path, "others may use it; make it yours alone by chmod 700")
    }
  }
}

/// A user of this machine.
enum User {
  /// The user's name, or its number if it has none.
  static func name(of user: uid_t) -> String {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 4096)
    guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
      return "user \(user)"
    }
    return "the user \(String(cString: name))"
  }
}
