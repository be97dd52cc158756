import Foundation

/// A folder that takes its final name only when it is complete.
///
/// It is built beside its target as `.NAME.partial-…`; `commit()` makes it durable and renames it. Without a commit it is
/// removed, so that an error leaves nothing behind, and a crash nothing under the final name. Who builds one holds a lock on
/// it, which a process that is killed loses: the next start for the same target removes what it left.
final class PartialFolder {
  let url: URL
  private let target: URL
  private var isCommitted = false
  /// Of the folder, locked.
  private let descriptor: Int32

  /// Creates the partial folder, and the target's parent where needed; removes those that nobody builds any more.
  ///
  /// - Throws: `.targetNotEmpty` where the target already holds files.
  init(for target: URL) throws(CheckpointError) {
    self.target = target.standardizedFileURL
    let parent = self.target.deletingLastPathComponent()
    let suffix = String(UInt32.random(in: .min ... .max), radix: 36)
    url = parent.appendingPathComponent(".\(self.target.lastPathComponent).partial-\(suffix)", isDirectory: true)
    try Self.checkFree(self.target)
    do {
      try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(parent.path, reason: "the folder cannot be created")
    }
    Self.removeAbandoned(of: self.target)
    guard mkdir(url.path, 0o755) == 0 else { throw .writing(url.path, code: errno) }
    guard let descriptor = Self.lock(url) else { throw .writing(url.path, code: errno) }
    self.descriptor = descriptor
  }

  deinit {
    if !isCommitted { try? FileManager.default.removeItem(at: url) }
    close(descriptor)
  }

  private static func removeAbandoned(of target: URL) {
    let parent = target.deletingLastPathComponent()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
    for name in names where name.hasPrefix(".\(target.lastPathComponent).partial-") {
      let folder = parent.appendingPathComponent(name)
      guard let descriptor = lock(folder) else { continue }
      try? FileManager.default.removeItem(at: folder)
      close(descriptor)
    }
  }

  /// A locked descriptor of the folder, or nil where another holds the lock.
  private static func lock(_ folder: URL) -> Int32? {
    let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  private static func checkFree(_ target: URL) throws(CheckpointError) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: target.path, isDirectory: &isDirectory) else { return }
    let contents = (try? FileManager.default.contentsOfDirectory(atPath: target.path)) ?? []
    guard isDirectory.boolValue, contents.isEmpty else { throw .targetNotEmpty(target.path) }
  }

  /// Gives the folder its final name, durably.
  func commit() throws(CheckpointError) {
    try Self.synchronize(url)
    guard rename(url.path, target.path) == 0 else {
      throw [ENOTEMPTY, EEXIST].contains(errno) ? .targetNotEmpty(target.path) : .writing(target.path, code: errno)
    }
    isCommitted = true
    try Self.synchronize(target.deletingLastPathComponent())
  }

  private static func synchronize(_ folder: URL) throws(CheckpointError) {
    let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .writing(folder.path, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .writing(folder.path, code: errno) }
  }
}
