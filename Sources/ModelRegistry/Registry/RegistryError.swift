import Measurements

/// Why a registry, or a source file that generates one, can't be read, resolved or edited.
public enum RegistryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file's text is not what it should be.
  case content(path: String, ContentProblem)
  /// The file system refused.
  case file(path: String, FileProblem)
  /// Neither a role nor a model id of the registry.
  case unknownName(String, path: String, roles: [Role], ids: [ModelID])
  /// The text assigns nothing to the role.
  case unknownRole(Role, path: String, known: [Role])
  /// The role no longer means the id that was measured.
  case residentMoved(Role, expected: ModelID, found: ModelID)
  /// An edit without any change.
  case emptyEdit
  /// An edit or a new registry that names a role twice.
  case repeatedRole(Role)
  /// A new model id that is blank or has control characters.
  case unusableID(ModelID)

  public var description: String {
    switch self {
    case .content(let path, let problem): "\(path): \(problem)"
    case .file(let path, let problem): "\(path): \(problem)"
    case .unknownName(let name, let path, let roles, let ids):
      "\(path): \"\(name)\" is neither a role nor a model id here; "
        + "roles: \(Self.list(roles)); ids: \(Self.list(ids))"
    case .unknownRole(let role, let path, let known):
      "\(path): no role \"\(role)\" here; roles: \(Self.list(known))"
    case .residentMoved(let role, let expected, let found):
      "role \"\(role)\" now means \(found), not \(expected) that was measured; "
        + "nothing was changed: compare the candidate with \(found) first"
    case .emptyEdit: "an edit needs at least one change"
    case .repeatedRole(let role): "role \"\(role)\" is given twice; give each role once"
    case .unusableID(let id):
      "\(id.rawValue.debugDescription) can't be a model id: it must not be blank or have control characters"
    }
  }

  private static func list(_ names: [some CustomStringConvertible]) -> String {
    names.isEmpty ? "none" : names.map(\.description).joined(separator: ", ")
  }
}
