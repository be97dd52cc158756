import Foundation
import Platform

/// A folder that takes its final name only when it is complete.
///
/// It is built beside its target as `.NAME.partial-…`; `commit()` makes it durable and renames it. Without a commit it is
/// removed, so that an error leaves nothing behind, and a crash nothing under the final name. Its builder holds a lock on
/// it, which a process that is killed loses: the next start for the same target removes what it left.
final class PartialFolder {
  let url: URL
  private let target: URL
  private var isCommitted = false
  /// The folder itself, open and locked.
  private let lock: OpenFile

  /// Creates the partial folder, and the target's parent if need be; removes those that nobody builds any more.
  ///
  /// - Throws: `.targetNotEmpty` if the target already holds files; `.unwritable`, `.diskFull`.
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
    guard let lock = try Self.locked(url) else { throw .writing(url.path, code: EWOULDBLOCK) }
    self.lock = lock
  }

  deinit {
    if !isCommitted { try? FileManager.default.removeItem(at: url) }
  }

  private static func removeAbandoned(of target: URL) {
    let parent = target.deletingLastPathComponent()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
    for name in names where name.hasPrefix(".\(target.lastPathComponent).partial-") {
      let folder = parent.appendingPathComponent(name)
      guard let lock = try? locked(folder) else { continue }
      withExtendedLifetime(lock) { try? FileManager.default.removeItem(at: folder) }
    }
  }

  /// The folder, open and locked; nil if another has locked it.
  private static func locked(_ folder: URL) throws(CheckpointError) -> OpenFile? {
    do {
      let file = try OpenFile(folder.path, .folder)
      return try file.tryLock() ? file : nil
    } catch {
      throw .writing(error)
    }
  }

  private static func checkFree(_ target: URL) throws(CheckpointError) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: target.path, isDirectory: &isDirectory) else { return }
    let contents = (try? FileManager.default.contentsOfDirectory(atPath: target.path)) ?? []
    guard isDirectory.boolValue, contents.isEmpty else { throw .targetNotEmpty(target.path) }
  }

  /// Gives the folder its final name, durably.
  func commit() throws(CheckpointError) {
    do {
      try DurableFile.move(url.path, to: target.path)
    } catch {
      let isTaken = error.operation == .rename && [ENOTEMPTY, EEXIST].contains(error.code)
      throw isTaken ? .targetNotEmpty(target.path) : .writing(error)
    }
    isCommitted = true
  }
}
