import JSON
import Measurements

/// The JSON file that says which model id each role means: the only place that names the exact id.
///
/// ```json
/// { "models": { "default": "org/name-4bit", "coding": "org/name-4bit" } }
/// ```
///
/// Members other than `models` belong to other programs: they are neither read nor changed.
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

  /// Reads a registry from its bytes; `path` names them in messages.
  ///
  /// - Throws: `RegistryError.content` if the bytes are not JSON, `models` is not an object of role names to model ids, or
  ///   an id is also the name of a role that means something else.
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

  /// The resident of a role, or nil if the registry lacks the role.
  public subscript(_ role: Role) -> ModelID? { entries.first { $0.role == role }?.id }

  /// What a name means: a role's resident, or a registered model id itself.
  ///
  /// - Throws: `RegistryError.unknownName`, with every name that would do. There is no fallback.
  public func resolve(_ name: String) throws(RegistryError) -> Resolution {
    if let id = self[Role(rawValue: name)] { return Resolution(requested: name, match: .role, id: id) }
    let id = ModelID(rawValue: name)
    guard entries.contains(where: { $0.id == id }) else {
      throw .unknownName(name, path: path, roles: roles, ids: modelIDs)
    }
    return Resolution(requested: name, match: .exactID, id: id)
  }

  public func assignment(of role: Role) throws(RegistryError) -> RoleAssignment {
    let range: Range<Int>?
    do throws(JSONError) {
      range = try JSONValue.range(ofValueAt: ["models", role.rawValue], in: bytes)
    } catch {
      throw .content(path: path, .notJSON(error))
    }
    guard let id = self[role], let range else { throw .unknownRole(role, path: path, known: roles) }
    return RoleAssignment(id: id, range: range)
  }

  public static func literal(_ id: ModelID) -> [UInt8] { Array(JSONValue.string(id.rawValue).serialized().utf8) }

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

/// The requested name next to what it turned out to mean; log both, always.
public struct Resolution: Equatable, Sendable, CustomStringConvertible {
  /// How the name was found.
  public enum Match: String, Sendable {
    case role
    case exactID = "exact id"
  }

  public let requested: String
  public let match: Match
  public let id: ModelID

  public var description: String { "\(requested) -> \(id) (\(match.rawValue))" }
}

extension Role {
  /// Whether the name has the shape of a role: `[a-z0-9][a-z0-9-]*`.
  public var isWellFormed: Bool {
    let hyphen = UInt8(ascii: "-")
    return !rawValue.isEmpty && rawValue.utf8.first != hyphen
      && rawValue.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == hyphen
      }
  }
}
