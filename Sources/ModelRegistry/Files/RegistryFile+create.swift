import Foundation
import JSON
import Measurements

extension RoleDocumentFile where Document == Registry {
  /// Creates the registry, and its folder if need be, with the given roles in their order.
  ///
  /// - Throws: `RegistryError.FileProblem.alreadyExists` where anything has the file's name; `.repeatedRole`,
  ///   `.unusableID` or `.content` for models that make no registry.
  public func create(models: [(Role, ModelID)]) throws(RegistryError) {
    let bytes = try Self.text(of: models)
    _ = try Registry(parsing: bytes, path: url.relativePath)
    let folder = try createFolder()
    let target = folder + "/" + DurableFile.name(of: url.path)
    try FileLock.withLock(on: target, timeout: lockTimeout) { () throws(RegistryError) in
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
    return try DurableFile.canonicalPath(of: folder)
  }
}
