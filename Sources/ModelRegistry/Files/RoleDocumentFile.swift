import Foundation

/// The registry as a file that can be edited.
public typealias RegistryFile = RoleDocumentFile<Registry>
/// The Nix source of a generated registry as a file that can be edited.
public typealias NixSourceFile = RoleDocumentFile<NixSource>

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

  /// Swaps the ids of an edit, all or none, and gives what changed as a patch.
  ///
  /// When this returns, the edit survives a power failure. When it throws, the file is as it was, except for
  /// `RegistryError.FileProblem.notDurable`.
  ///
  /// - Throws: `RegistryError.residentMoved` where a role doesn't mean the expected id any more; `.content` and
  ///   `.unknownRole` where the file doesn't say; `.file` where it can't be read, locked or written.
  @discardableResult
  public func apply(_ edit: RegistryEdit) throws(RegistryError) -> UnifiedDiff {
    let target = try editablePath()
    return try FileLock.withLock(on: target, timeout: lockTimeout) { () throws(RegistryError) in
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
    let path = try DurableFile.canonicalPath(of: url.path)
    guard !Self.isGenerated(path) else { throw .file(path: url.relativePath, .generatedByNix) }
    return path
  }

  static func isGenerated(_ canonicalPath: String) -> Bool { canonicalPath.hasPrefix("/nix/store/") }

  private func read(from path: String) throws(RegistryError) -> Document {
    try Document(parsing: DurableFile.contents(ofFileAt: path), path: url.relativePath)
  }
}
