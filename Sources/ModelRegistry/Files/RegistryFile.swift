import Foundation
import JSON
import Measurements
import Platform

/// The registry as a file that can be edited.
public typealias RegistryFile = RoleDocumentFile<Registry>

extension RoleDocumentFile where Document == Registry {
  /// What each role means, or why that is not known: for callers that show a registry and do without one.
  public var modelsIfReadable: (models: [Role: ModelID], problem: String?) {
    do {
      return (try read().models, nil)
    } catch {
      return ([:], "\(error)")
    }
  }

  /// Creates the registry, and its folder if need be, with the given roles in their order.
  ///
  /// - Throws: `RegistryError.FileProblem.alreadyExists` if anything has the file's name; `.repeatedRole`,
  ///   `.unusableID` or `.content` for models that make no registry.
  public func create(models: [(Role, ModelID)]) throws(RegistryError) {
    let bytes = try Self.text(of: models)
    _ = try Registry(parsing: bytes, path: url.relativePath)
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
