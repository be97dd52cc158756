import Foundation
import Measurements
import Platform

/// A file that assigns model ids to roles, edited atomically and durably.
///
/// ```swift
/// let file = RegistryFile(RegistryLocation.url(override: nil))
/// let edit = try RegistryEdit(role: "default", expected: resident, replacement: candidate)
/// print(try file.preview(edit))
/// try file.apply(edit)
/// ```
///
/// A symbolic link is followed and kept. The new file is another inode with the old one's permissions; other hard links
/// and extended attributes of the old one are not carried over.
public struct RoleDocumentFile<Document: RoleDocument>: Sendable {
  public let url: URL
  let lockTimeout: Duration
  let step: @Sendable (WriteStep) throws(RegistryError) -> Void

  /// - Parameters:
  ///   - lockTimeout: how long an edit waits for another one to end.
  ///   - step: called between the steps of an edit; what it throws ends the edit as a failure of that step would.
  public init(
    _ url: URL, lockTimeout: Duration = .seconds(10),
    step: @escaping @Sendable (WriteStep) throws(RegistryError) -> Void = { _ in }
  ) {
    self.url = url
    self.lockTimeout = lockTimeout
    self.step = step
  }

  /// What the file says now.
  public func read() throws(RegistryError) -> Document { try read(from: url.path) }

  /// What `apply(_:)` would change, as a patch; errors as there, but nothing is locked or written.
  public func preview(_ edit: RegistryEdit) throws(RegistryError) -> UnifiedDiff {
    try read(from: editablePath()).diff(applying: edit)
  }

  /// Swaps the ids of an edit, all or none, and returns what changed as a patch.
  ///
  /// When this returns, the edit survives a power failure. When it throws, the file is as it was, except for
  /// `RegistryError.FileProblem.notDurable`.
  ///
  /// - Throws: `RegistryError.residentMoved` if a role doesn't mean the expected id any more; `.content` and
  ///   `.unknownRole` if the file doesn't say; `.file` if it can't be read, locked or written.
  @discardableResult
  public func apply(_ edit: RegistryEdit) throws(RegistryError) -> UnifiedDiff {
    let target = try editablePath()
    return try EditLock.withLock(on: target, timeout: lockTimeout) { () throws(RegistryError) in
      try step(.locked)
      let document = try read(from: target)
      let edited = try document.applying(edit)
      try step(.computed)
      if edited != document.bytes {
        try AtomicWrite(target: target, step: step).replace(document.bytes, with: edited)
      }
      return UnifiedDiff(from: document.bytes, to: edited, path: document.path)
    }
  }

  private func editablePath() throws(RegistryError) -> String {
    let path = try canonicalPath()
    guard !Self.isGenerated(path) else { throw .file(path: url.relativePath, .generatedByNix) }
    return path
  }

  private func canonicalPath() throws(RegistryError) -> String {
    try RegistryError.converting(DurableFile.canonicalPath(of: url.path))
  }

  static func isGenerated(_ canonicalPath: String) -> Bool { canonicalPath.hasPrefix("/nix/store/") }

  private func read(from path: String) throws(RegistryError) -> Document {
    try Document(parsing: DocumentBytes.read(path), path: url.relativePath)
  }
}

/// A file whose roles can be edited, whatever its language: the registry, or the source that generates it.
public protocol RoleEditing: Sendable {
  var url: URL { get }

  /// What a role means in the file now.
  ///
  /// - Throws: `RegistryError` if the file can't be read or doesn't say.
  func resident(of role: Role) throws(RegistryError) -> ModelID

  /// What `apply(_:)` would change, as a patch.
  func preview(_ edit: RegistryEdit) throws(RegistryError) -> UnifiedDiff

  /// Swaps the ids of an edit, all or none, and returns what changed as a patch.
  @discardableResult
  func apply(_ edit: RegistryEdit) throws(RegistryError) -> UnifiedDiff

  /// Runs `body`, in which the file may be edited, while no other caller runs such a body for the file.
  ///
  /// In it, a caller can record what an edit is about to do and what came of it.
  func withDecisionLock<Result>(_ body: () throws -> Result) throws -> Result
}

extension RoleDocumentFile: RoleEditing {
  public func resident(of role: Role) throws(RegistryError) -> ModelID { try read().assignment(of: role).id }

  public func withDecisionLock<Value>(_ body: () throws -> Value) throws -> Value {
    let path = try canonicalPath() + ".decision"
    let result = try EditLock.withLock(on: path, timeout: lockTimeout) { () -> Result<Value, any Error> in
      Result { try body() }
    }
    return try result.get()
  }
}

extension RoleDocument {
  /// Reads the document in a file.
  ///
  /// - Throws: `RegistryError.file` if the file can't be read, else as `init(parsing:path:)`.
  public init(contentsOf url: URL) throws(RegistryError) {
    try self.init(parsing: DocumentBytes.read(url.path), path: url.relativePath)
  }
}

/// The bytes of a file that is taken for a registry or a source file.
enum DocumentBytes {
  /// Far above any registry or source file: what is larger was named by mistake.
  static let sizeLimit = 16 << 20

  /// - Throws: `RegistryError.file` if it can't be read, is no regular file or is larger than ``sizeLimit``.
  static func read(_ path: String) throws(RegistryError) -> [UInt8] {
    let file = try RegistryError.converting(OpenFile(path, .reading))
    guard try RegistryError.converting(file.status()).isRegular else { throw .file(path: path, .notARegularFile) }
    let bytes = try RegistryError.converting(file.read(upTo: sizeLimit + 1))
    guard bytes.count <= sizeLimit else { throw .file(path: path, .tooLarge(limit: sizeLimit)) }
    return bytes
  }

  /// The same, or nil if nothing has the file's name: a link that leads nowhere is a file that can't be read.
  static func readIfPresent(_ path: String) throws(RegistryError) -> [UInt8]? {
    do throws(RegistryError) {
      return try read(path)
    } catch {
      if case .file(_, .notFound) = error, FileStatus(ofNameAt: path) == nil { return nil }
      throw error
    }
  }
}
