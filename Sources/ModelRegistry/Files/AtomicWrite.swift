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
/// Needs the file's ``EditLock``. The steps are those of ``DurableFile``, with a ``WriteStep`` between any two.
struct AtomicWrite {
  let target: String
  let step: @Sendable (WriteStep) throws(RegistryError) -> Void

  private static let suffix = ".tmp"

  /// Replaces the file, which must still have the bytes `old`; permissions stay.
  func replace(_ old: [UInt8], with new: [UInt8]) throws(RegistryError) {
    guard let status = FileStatus(ofNameAt: target) else { throw .file(path: target, .notFound) }
    try withTemporary(new, status: status) { temporary throws(RegistryError) in
      // A program that doesn't take the lock may have written meanwhile; this leaves it the least possible time.
      guard try DocumentBytes.read(target) == old else { throw .file(path: target, .changedDuringEdit) }
      try RegistryError.converting(DurableFile.rename(temporary, to: target))
    }
  }

  /// Creates the file, which must not exist.
  func create(_ bytes: [UInt8]) throws(RegistryError) {
    try withTemporary(bytes, status: nil) { temporary throws(RegistryError) in
      try RegistryError.converting(DurableFile.link(temporary, as: target))
      DurableFile.remove(temporary)
    }
  }

  private func withTemporary(
    _ bytes: [UInt8], status: FileStatus?, install: (String) throws(RegistryError) -> Void
  ) throws(RegistryError) {
    removeStaleTemporaries()
    let random = String(UInt64.random(in: .min ... .max), radix: 16)
    let temporary = DurableFile.hiddenSibling(of: target, suffix: ".\(random)\(Self.suffix)")
    do throws(RegistryError) {
      try write(bytes, to: temporary, status: status)
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

  private func write(_ bytes: [UInt8], to temporary: String, status: FileStatus?) throws(RegistryError) {
    let permissions: UInt16 = status == nil ? 0o644 : 0o600
    let file = try RegistryError.converting(OpenFile(temporary, .creating(permissions: permissions)))
    try step(.temporaryCreated)
    if let status { try RegistryError.converting(file.adopt(status)) }
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
