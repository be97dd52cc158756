import Foundation

/// The bytes of a file that somebody else may have put there.
///
/// A named pipe has no end until its writer closes it, a device may have none at all: only a regular file is read. A
/// symbolic link is followed where it is read.
public enum RegularFile {
  /// All bytes of a file.
  ///
  /// - Parameter limit: The most bytes that are read; ask for one more than is allowed to tell a larger file.
  /// - Throws: `FileSystemError` if it can't be read or is no regular file.
  public static func read(_ path: String, upTo limit: Int = .max) throws(FileSystemError) -> [UInt8] {
    try OpenFile(path, .reading).regular().read(upTo: limit)
  }

  /// Opens a file for reading part by part.
  ///
  /// - Throws: `FileSystemError` if it can't be opened or is no regular file.
  public static func handle(forReading path: String) throws(FileSystemError) -> FileHandle {
    try OpenFile(path, .reading).regular().handle()
  }

  /// Creates a file, in place of a regular file that has its name, and opens it for writing part by part.
  ///
  /// - Throws: `FileSystemError` if it can't be created, or if what has the name is a link or no regular file.
  public static func handle(replacing path: String) throws(FileSystemError) -> FileHandle {
    try checkReplaceable(path)
    DurableFile.remove(path)
    return try OpenFile(path, .creating(permissions: 0o666)).handle()
  }

  /// Refuses to put a file in place of a link, a folder or anything else that is no regular file.
  ///
  /// Who puts a link there may not be who runs this program: what it leads to is never written.
  static func checkReplaceable(_ path: String) throws(FileSystemError) {
    guard let status = FileStatus(ofNameAt: path), !status.isRegular else { return }
    throw FileSystemError(
      notUsable: path, "it is \(status.kind.rawValue), which is not written over; remove it or name another file")
  }
}
