import Foundation
import Measurements

/// A file whose roles can be edited, whatever its language: the registry, or the source that generates it.
public protocol RoleEditing: Sendable {
  var url: URL { get }

  /// What a role means in the file now.
  ///
  /// - Throws: `RegistryError` where the file can't be read or doesn't say.
  func resident(of role: Role) throws(RegistryError) -> ModelID

  /// What `apply(_:)` would change, as a patch.
  func preview(_ edit: RegistryEdit) throws(RegistryError) -> UnifiedDiff

  /// Swaps the ids of an edit, all or none, and gives what changed as a patch.
  @discardableResult
  func apply(_ edit: RegistryEdit) throws(RegistryError) -> UnifiedDiff

  /// Runs `body`, in which the file may be edited, while nobody else is within such a body for the file: whoever holds
  /// it may write what an edit is about to do, and what came of it.
  func withDecisionLock<Result>(_ body: () throws -> Result) throws -> Result
}

extension RoleDocumentFile: RoleEditing {
  public func resident(of role: Role) throws(RegistryError) -> ModelID { try read().assignment(of: role).id }

  public func withDecisionLock<Value>(_ body: () throws -> Value) throws -> Value {
    let path = try DurableFile.canonicalPath(of: url.path) + ".decision"
    let result = try FileLock.withLock(on: path, timeout: lockTimeout) { () -> Result<Value, any Error> in
      Result { try body() }
    }
    return try result.get()
  }
}
