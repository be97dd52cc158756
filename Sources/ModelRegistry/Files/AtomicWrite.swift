import Foundation
import Platform

/// The points between the system calls of an edit, in order, at which a test may stop it.
public enum WriteStep: String, CaseIterable, Sendable {
  case locked
  /// The old bytes are read and the new ones made.
  case computed
  case temporaryCreated
  case temporaryWritten
  case temporaryFlushed
  /// From here on, the new bytes are the file.
  case installed
  case folderFlushed
}

/// Puts bytes in a file's place so that a reader, or a crash at any moment, finds either the old file or the new one.
///
/// The new file has the old one's permissions, owner, access control list and extended attributes. Where that cannot be, or
/// where other names of the file (hard links) would stay with the old bytes, nothing is changed.
///
/// Needs the file's ``EditLock``. The steps are those of ``DurableFile``, with a ``WriteStep`` between any two.
struct AtomicWrite {
  let target: String
  let step: @Sendable (WriteStep) throws(RegistryError) -> Void

  private static let suffix = ".tmp"

  /// Replaces the file, which must still have the bytes `old`.
  ///
  /// - Throws: `RegistryError.file`, also with `readOnlyFile`, `hardLinks` and `attributeLost`.
  func replace(_ old: [UInt8], with new: [UInt8]) throws(RegistryError) {
    let file = try RegistryError.converting(OpenFile(target, .readingUnlinked))
    let status = try RegistryError.converting(file.status())
    guard status.isWritable, access(target, W_OK) == 0 || errno != EACCES else {
      throw .file(path: target, .readOnlyFile)
    }
    guard status.names == 1 else { throw .file(path: target, .hardLinks(names: status.names)) }
    try withTemporary(new, like: file) { temporary throws(RegistryError) in
      // A program that doesn't take the lock may have written meanwhile; this leaves it the least possible time.
      guard try DocumentBytes.read(target) == old else { throw .file(path: target, .changedDuringEdit) }
      try RegistryError.converting(DurableFile.rename(temporary, to: target))
    }
  }

  /// Creates the file, which must not exist.
  func create(_ bytes: [UInt8]) throws(RegistryError) {
    try withTemporary(bytes, like: nil) { temporary throws(RegistryError) in
      try RegistryError.converting(DurableFile.link(temporary, as: target))
      DurableFile.remove(temporary)
    }
  }

  private func withTemporary(
    _ bytes: [UInt8], like model: OpenFile?, install: (String) throws(RegistryError) -> Void
  ) throws(RegistryError) {
    removeStaleTemporaries()
    let random = String(UInt64.random(in: .min ... .max), radix: 16)
    let temporary = DurableFile.hiddenSibling(of: target, suffix: ".\(random)\(Self.suffix)")
    do throws(RegistryError) {
      try write(bytes, to: temporary, like: model)
      try install(temporary)
    } catch {
      DurableFile.remove(temporary)
      if case .file(temporary, let problem) = error { throw .file(path: target, problem) }
      throw error
    }
    try step(.installed)
    let folder = DurableFile.folder(of: target)
    do { try DurableFile.synchronize(folder) } catch { throw .file(path: folder, .notDurable(reason: error.reason)) }
    try step(.folderFlushed)
  }

  private func write(_ bytes: [UInt8], to temporary: String, like model: OpenFile?) throws(RegistryError) {
    let permissions: UInt16 = model == nil ? 0o644 : 0o600
    let file = try RegistryError.converting(OpenFile(temporary, .creating(permissions: permissions)))
    try step(.temporaryCreated)
    if let model {
      try RegistryError.converting(file.adopt(model.status()))
      // After the permissions, which are part of a list of access.
      do { try file.adoptAttributes(of: model) } catch {
        throw .file(path: target, .attributeLost(reason: error.reason))
      }
    }
    try RegistryError.converting(file.write(bytes))
    try step(.temporaryWritten)
    try RegistryError.converting(file.synchronize())
    try step(.temporaryFlushed)
  }

  /// Removes what killed edits left: nobody else can be writing one under the lock.
  private func removeStaleTemporaries() {
    let folder = DurableFile.folder(of: target)
    let prefix = DurableFile.hiddenSibling(of: DurableFile.name(of: target), suffix: ".")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(prefix) && name.hasSuffix(Self.suffix) {
      let random = name.dropFirst(prefix.count).dropLast(Self.suffix.count)
      if UInt64(random, radix: 16) != nil { DurableFile.remove(folder + "/" + name) }
    }
  }
}
