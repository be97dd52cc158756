import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// Creates a file that is there whole or not at all, whenever the machine stops.
enum DurableWrite {
  /// Writes to a hidden sibling, flushes it and gives it its name.
  ///
  /// What a crash leaves is overwritten by the next attempt: the sibling's name depends on the content alone.
  static func create(_ name: String, in folder: URL, _ bytes: [UInt8]) throws {
    let temporary = folder.appendingPathComponent(".\(name).tmp")
    do {
      try Data(bytes).write(to: temporary)
      try flush(temporary)
      guard rename(temporary.path, folder.appendingPathComponent(name).path) == 0 else { throw failure(errno) }
    } catch {
      _ = unlink(temporary.path)
      throw error
    }
    try flush(folder)
  }

  /// Gives a flushed file of the same volume its name, in place of what has that name.
  static func move(_ file: URL, to target: URL) throws {
    try flush(file)
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    guard rename(file.path, target.path) == 0 else { throw failure(errno) }
    try flush(target.deletingLastPathComponent())
  }

  /// Waits until a file's bytes, or a folder's names, are on the medium.
  private static func flush(_ url: URL) throws {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno) }
    defer { _ = close(descriptor) }
    #if canImport(Darwin)
      // There, fsync leaves the bytes in the drive's cache.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    // Some file systems can't flush a folder, and need it not.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else { throw failure(errno) }
  }

  private static func failure(_ code: Int32) -> any Error {
    POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
  }
}
