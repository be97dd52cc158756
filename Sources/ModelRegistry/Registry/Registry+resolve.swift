import Measurements

extension Registry {
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
