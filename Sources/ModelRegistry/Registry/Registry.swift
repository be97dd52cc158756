import Foundation
import JSON
import Measurements

/// The JSON file that says which model id each role means: the only place that names the exact id.
///
/// ```json
/// { "models": { "default": "org/name-4bit", "coding": "org/name-4bit" } }
/// ```
///
/// Members other than `models` are other programs' business: they are neither read nor changed.
public struct Registry: RoleDocument, Equatable {
  /// One role and what it means now.
  public struct Entry: Equatable, Sendable {
    public let role: Role
    public let id: ModelID
  }

  /// The file's path as the user wrote it, for messages and diffs.
  public let path: String
  /// The whole file.
  public let bytes: [UInt8]
  /// Every role with its model id, in file order.
  public let entries: [Entry]

  /// Reads the registry in a file.
  ///
  /// - Throws: `RegistryError.file` where the file can't be read, else as `init(parsing:path:)`.
  public init(contentsOf url: URL) throws(RegistryError) {
    try self.init(parsing: DurableFile.contents(ofFileAt: url.path), path: url.relativePath)
  }

  /// Reads a registry from its bytes; `path` names them in messages.
  ///
  /// - Throws: `RegistryError.content` where the bytes are not JSON, `models` is not an object of role names to model
  ///   ids, or an id is also the name of a role that means something else.
  public init(parsing bytes: [UInt8], path: String = "registry.json") throws(RegistryError) {
    do throws(RegistryError.ContentProblem) {
      self.entries = try Self.entries(in: bytes)
    } catch {
      throw .content(path: path, error)
    }
    self.path = path
    self.bytes = bytes
  }

  /// The roles, in file order.
  public var roles: [Role] { entries.map(\.role) }

  /// What each role means.
  public var models: [Role: ModelID] {
    Dictionary(entries.map { ($0.role, $0.id) }, uniquingKeysWith: { first, _ in first })
  }

  /// The model ids, each once, in the order of their first role.
  public var modelIDs: [ModelID] {
    var seen = Set<ModelID>()
    return entries.map(\.id).filter { seen.insert($0).inserted }
  }

  /// The resident of a role, or nil where the registry lacks the role.
  public subscript(_ role: Role) -> ModelID? { entries.first { $0.role == role }?.id }

  private static func entries(in bytes: [UInt8]) throws(RegistryError.ContentProblem) -> [Entry] {
    let members = try models(in: bytes).members
    var entries: [Entry] = []
    for member in members {
      let role = Role(rawValue: member.name)
      guard role.isWellFormed else { throw .malformedRole(role) }
      guard case .string(let text) = member.value else { throw .idNotAString(role, kind: member.value.kind) }
      guard !text.allSatisfy(\.isWhitespace) else { throw .emptyID(role) }
      entries.append(Entry(role: role, id: ModelID(rawValue: text)))
    }
    let meanings = Dictionary(entries.map { ($0.role.rawValue, $0.id) }) { first, _ in first }
    for entry in entries {
      if let meaning = meanings[entry.id.rawValue], meaning != entry.id { throw .idNamesARole(entry.role, entry.id) }
    }
    return entries
  }

  private static func models(in bytes: [UInt8]) throws(RegistryError.ContentProblem) -> JSONObject {
    let root: JSONValue
    do throws(JSONError) { root = try JSONValue(parsing: bytes) } catch { throw .notJSON(error) }
    guard case .object(let object) = root else { throw .notAnObject(kind: root.kind) }
    guard let models = object["models"] else { throw .modelsMissing }
    guard case .object(let members) = models else { throw .modelsNotAnObject(kind: models.kind) }
    return members
  }
}
