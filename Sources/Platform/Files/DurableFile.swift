import Foundation

/// Files that are there whole or not at all, whenever the machine stops.
///
/// Every durable write takes the same steps: the bytes go to a temporary file in the target's folder; that is flushed
/// to the medium; it takes the target's name in one step; the folder is flushed. Without the first flush, a crash may
/// leave the name on an empty file; without the second, it may bring back what had the name before.
///
/// ```swift
/// try DurableFile.write(bytes, to: "results/index.json", through: "results/.index.json.tmp")
/// ```
///
/// No link is followed: a temporary file is always a new one, and only a regular file, or nothing, is replaced.
///
/// Callers that need more between the steps compose them from ``OpenFile``, ``rename(_:to:)`` or ``link(_:as:)``, and
/// ``synchronize(_:)``.
public enum DurableFile {
  /// Gives a file new contents.
  ///
  /// - Parameters:
  ///   - temporary: A path in the target's folder, by default a new hidden one. What a crash left there is removed; after
  ///     an error nothing is there.
  ///   - flushes: Whether to wait for the medium. Without it, a crash of the machine may leave an empty file, for what can
  ///     be made again.
  public static func write(
    _ bytes: [UInt8], to target: String, through temporary: String? = nil, flushes: Bool = true
  ) throws(FileSystemError) {
    try RegularFile.checkReplaceable(target)
    let random = String(UInt64.random(in: .min ... .max), radix: 16)
    let temporary = temporary ?? hiddenSibling(of: target, suffix: ".\(random).tmp")
    remove(temporary)
    do throws(FileSystemError) {
      let file = try OpenFile(temporary, .creating(permissions: 0o666))
      try file.write(bytes)
      if flushes { try file.synchronize() }
      try rename(temporary, to: target)
    } catch {
      remove(temporary)
      throw error
    }
    if flushes { try synchronize(folder(of: target)) }
  }

  /// Gives a file or a folder of the same volume its name, in place of the file or the empty folder that has it.
  ///
  /// Of a folder, its names are flushed; its files must have been.
  public static func move(_ path: String, to target: String) throws(FileSystemError) {
    try synchronize(path)
    try rename(path, to: target)
    try synchronize(folder(of: target))
  }

  /// Waits until what is at a path is on the medium: a file's bytes, or a folder's names.
  public static func synchronize(_ path: String) throws(FileSystemError) {
    try OpenFile(path, .reading).synchronize()
  }

  /// Gives a file another name, in one step that replaces what had it.
  public static func rename(_ path: String, to target: String) throws(FileSystemError) {
    guard Foundation.rename(path, target) == 0 else { throw FileSystemError(.rename, target, code: errno) }
  }

  /// Gives a file a second name, which must be free.
  public static func link(_ path: String, as other: String) throws(FileSystemError) {
    guard linkat(AT_FDCWD, path, AT_FDCWD, other, 0) == 0 else { throw FileSystemError(.link, other, code: errno) }
  }

  /// Removes a file if it is there.
  public static func remove(_ path: String) { _ = unlink(path) }

  /// The path of an existing file, links resolved.
  public static func canonicalPath(of path: String) throws(FileSystemError) -> String {
    guard let resolved = realpath(path, nil) else { throw FileSystemError(.resolve, path, code: errno) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The last part of a path.
  public static func name(of path: String) -> String {
    String(path.reversed().prefix { $0 != "/" }.reversed())
  }

  /// The folder that holds what a path names.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A path in the same folder: a dot, the path's name and a suffix.
  public static func hiddenSibling(of path: String, suffix: String) -> String {
    let name = name(of: path)
    return path.dropLast(name.count) + "." + name + suffix
  }
}
