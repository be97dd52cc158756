import Foundation
import JSON
import Measurements
import Platform

/// A registry as a file that is edited atomically and durably, whatever its form.
///
/// ```swift
/// let file = RegistryFile(RegistryLocation.url(override: nil))
/// let edit = try RegistryEdit(role: "default", expected: resident, replacement: candidate)
/// print(try file.proposal(for: edit).diff)
/// try file.apply(edit)
/// ```
///
/// A symbolic link is followed and kept. The new file is another inode with the old one's permissions, list of access and
/// extended attributes; a file that is read-only or has other names (hard links) is not edited.
public struct RegistryFile: Sendable {
  public let url: URL
  private let lockTimeout: Duration
  private let step: @Sendable (WriteStep) throws(RegistryError) -> Void

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
  ///
  /// - Throws: `RegistryError.file` if the file can't be read, else as `Registry.init(parsing:path:)`.
  public func read() throws(RegistryError) -> Registry { try read(from: url.path) }

  /// What a role means in the file now; errors as `read()` and `Registry.resident(of:)`.
  public func resident(of role: Role) throws(RegistryError) -> ModelID { try read().resident(of: role) }

  /// What each role means, or why that is not known: for callers that show a registry and do without one.
  public var modelsIfReadable: (models: [Role: ModelID], problem: String?) {
    do {
      return (try read().models, nil)
    } catch {
      return ([:], "\(error)")
    }
  }

  /// What `apply(_:)` would change; errors as there, but nothing is locked or written.
  public func proposal(for edit: RegistryEdit) throws(RegistryError) -> EditProposal {
    try read(from: editablePath()).proposal(for: edit)
  }

  /// Swaps the ids of an edit, all or none, and returns what changed as a patch.
  ///
  /// When this returns, the edit survives a power failure. When it throws, the file is as it was, except for
  /// `RegistryError.FileProblem.notDurable`.
  ///
  /// - Throws: `RegistryError.residentMoved` if a role doesn't mean the expected id any more; `.needsOwner` if the edit
  ///   changes more than it may unasked; `.othersMove`, `.content` and `.unknownRole` as `Registry.proposal(for:)`;
  ///   `.file` if the file can't be read, locked or written.
  @discardableResult
  public func apply(_ edit: RegistryEdit) throws(RegistryError) -> UnifiedDiff {
    let target = try editablePath()
    return try EditLock.withLock(on: target, timeout: lockTimeout) { () throws(RegistryError) in
      try step(.locked)
      let registry = try read(from: target)
      let proposal = try registry.proposal(for: edit)
      guard proposal.reasonsForOwner.isEmpty else {
        throw .needsOwner(path: url.relativePath, reasons: proposal.reasonsForOwner)
      }
      try step(.computed)
      if proposal.bytes != registry.bytes {
        try AtomicWrite(target: target, step: step).replace(registry.bytes, with: proposal.bytes)
      }
      return proposal.diff
    }
  }

  /// Runs `body`, in which the file may be edited, while no other caller runs such a body for the file.
  ///
  /// In it, a caller can record what an edit is about to do and what came of it.
  public func withDecisionLock<Value>(_ body: () throws -> Value) throws -> Value {
    let path = try canonicalPath() + ".decision"
    let result = try EditLock.withLock(on: path, timeout: lockTimeout) { () -> Result<Value, any Error> in
      Result { try body() }
    }
    return try result.get()
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

  private func read(from path: String) throws(RegistryError) -> Registry {
    try Registry(parsing: DocumentBytes.read(path), path: url.relativePath)
  }
}

extension RegistryFile {
  /// Creates a registry of the plainest form, and its folder if need be, with the given roles in their order.
  ///
  /// - Throws: `RegistryError.FileProblem.alreadyExists` if anything has the file's name; `.repeatedRole`,
  ///   `.unusableID` or `.content` for models that make no registry.
  public func create(models: [(Role, ModelID)]) throws(RegistryError) {
    let bytes = try Self.text(of: models)
    let registry = try Registry(parsing: bytes, path: url.relativePath)
    for role in registry.roles { _ = try registry.resident(of: role) }
    let folder = try createFolder()
    let target = folder + "/" + DurableFile.name(of: url.path)
    try EditLock.withLock(on: target, timeout: lockTimeout) { () throws(RegistryError) in
      try step(.locked)
      guard FileStatus(ofNameAt: target) == nil else { throw .file(path: url.relativePath, .alreadyExists) }
      try step(.computed)
      try AtomicWrite(target: target, step: step).create(bytes)
    }
  }

  private static func text(of models: [(Role, ModelID)]) throws(RegistryError) -> [UInt8] {
    var object = JSONObject()
    for (role, id) in models {
      guard object[role.rawValue] == nil else { throw .repeatedRole(role) }
      guard id.isUsable else { throw .unusableID(id) }
      object[role.rawValue] = .string(id.rawValue)
    }
    let root = JSONValue.object(JSONObject([("models", .object(object))]))
    return Array((root.serialized(.pretty) + "\n").utf8)
  }

  private func createFolder() throws(RegistryError) -> String {
    let folder = DurableFile.folder(of: url.path)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .file(path: folder, .failed(operation: "create the folder", reason: error.localizedDescription))
    }
    return try RegistryError.converting(DurableFile.canonicalPath(of: folder))
  }
}

extension Registry {
  /// Reads the registry in a file.
  ///
  /// - Throws: `RegistryError.file` if the file can't be read, else as `init(parsing:path:)`.
  public init(contentsOf url: URL) throws(RegistryError) {
    try self.init(parsing: DocumentBytes.read(url.path), path: url.relativePath)
  }
}

/// The path of the registry: that of the command line, else of the environment, else the default.
public enum RegistryLocation {
  /// The environment variable that overrides the default path.
  public static let environmentVariable = "RESIDENT_REGISTRY"
  /// The default path, below the home folder.
  public static let defaultPath = ".config/ai-stack/registry.json"

  /// The registry's file; a leading `~/` of either override means the home folder, an empty override counts as none.
  public static func url(
    override: String?, environment: [String: String] = ProcessInfo.processInfo.environment,
    home: URL = FileManager.default.homeDirectoryForCurrentUser
  ) -> URL {
    let chosen = [override, environment[environmentVariable]].compactMap { $0 }.first { !$0.isEmpty }
    guard let path = chosen else { return home.appendingPathComponent(defaultPath) }
    if path.hasPrefix("~/") { return home.appendingPathComponent(String(path.dropFirst(2))) }
    return URL(fileURLWithPath: path)
  }
}
