import Measurements

/// The file that says which model id each role means: the only place that names the exact id.
///
/// The file has one of several forms, which is recognized by its content: see ``RegistryKind``. Whatever else is in it
/// belongs to other programs and is never changed.
public struct Registry: Sendable {
  /// One role and what it means now.
  public struct Entry: Equatable, Sendable {
    public let role: Role
    public let meaning: Meaning

    /// The role's resident; nil if the role is unset or can't be told.
    public var id: ModelID? {
      guard case .model(let id) = meaning else { return nil }
      return id
    }
  }

  /// What a role means.
  public enum Meaning: Equatable, Sendable {
    case model(ModelID)
    /// The file has the role and leaves its model open.
    case unset
    /// The file does not say for sure. Other roles are not affected.
    case unusable(RegistryError.ContentProblem)
  }

  /// The file's path as the user wrote it, for messages and diffs.
  public let path: String
  /// The whole file.
  public let bytes: [UInt8]
  /// Which form the file has.
  public let kind: RegistryKind
  /// Every role, in file order.
  public let entries: [Entry]

  /// Reads a registry from its bytes; `path` names them in messages.
  ///
  /// - Throws: `RegistryError.content` if the bytes are of no form, or damaged. A role that can't be told is no error: its
  ///   entry says why.
  public init(parsing bytes: [UInt8], path: String = "registry.json") throws(RegistryError) {
    let form: any RegistryForm
    do throws(RegistryError.ContentProblem) {
      form = try RegistryKind.form(of: bytes)
    } catch {
      throw .content(path: path, error)
    }
    self.path = path
    self.bytes = bytes
    kind = type(of: form).kind
    entries = Self.checked(form.entries)
  }

  /// The roles, in file order.
  public var roles: [Role] { entries.map(\.role) }

  /// What each role means, of those that mean a model.
  public var models: [Role: ModelID] {
    let pairs = entries.compactMap { entry in entry.id.map { (entry.role, $0) } }
    return Dictionary(pairs) { first, _ in first }
  }

  /// The model ids, each once, in the order of their first role.
  public var modelIDs: [ModelID] {
    var seen = Set<ModelID>()
    return entries.compactMap(\.id).filter { seen.insert($0).inserted }
  }

  /// The resident of a role, or nil if the registry lacks the role or does not say.
  public subscript(_ role: Role) -> ModelID? { entry(of: role)?.id }

  /// What a name means: a role's resident, or a registered model id itself.
  ///
  /// - Throws: `RegistryError.unknownName`, with every name that would do; as `resident(of:)` for a role. There is no
  ///   fallback.
  public func resolve(_ name: String) throws(RegistryError) -> Resolution {
    let role = Role(rawValue: name)
    let id = ModelID(rawValue: name)
    let isID = entries.contains { $0.id == id }
    if let entry = entry(of: role), entry.id != nil || !isID {
      return Resolution(requested: name, match: .role, id: try resident(of: role))
    }
    guard isID else {
      throw .unknownName(name, path: path, roles: roles, ids: modelIDs)
    }
    return Resolution(requested: name, match: .exactID, id: id)
  }

  /// The resident of a role.
  ///
  /// - Throws: `RegistryError.unknownRole`; `.roleUnset`; `.content` if the file does not say for sure.
  public func resident(of role: Role) throws(RegistryError) -> ModelID {
    switch entry(of: role)?.meaning {
    case .model(let id): return id
    case .unset: throw .roleUnset(role, path: path)
    case .unusable(let problem): throw .content(path: path, problem)
    case nil: throw .unknownRole(role, path: path, known: roles)
    }
  }

  /// The roles that point at the same place of the file as one does, itself included: an edit there moves them all.
  ///
  /// - Complexity: O(*n*) in bytes, as reading.
  public func rolesMoving(with role: Role) -> [Role] {
    (try? RegistryKind.form(of: bytes))?.rolesMoving(with: role) ?? [role]
  }

  private func entry(of role: Role) -> Entry? { entries.first { $0.role == role } }

  /// The entries as they were found, but for names that can't be roles and ids that are other roles' names.
  private static func checked(_ entries: [Entry]) -> [Entry] {
    let meanings = Dictionary(entries.map { ($0.role.rawValue, $0.id) }) { first, _ in first }
    return entries.map { entry in
      if !entry.role.isWellFormed { return Entry(role: entry.role, meaning: .unusable(.malformedRole(entry.role))) }
      guard let id = entry.id, let other = meanings[id.rawValue] ?? nil, other != id else { return entry }
      return Entry(role: entry.role, meaning: .unusable(.idNamesARole(entry.role, id)))
    }
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
  /// Whether the name has the shape of a role: it is not blank and has no control characters.
  public var isWellFormed: Bool { rawValue.isPrintableName }
}

extension ModelID {
  /// Whether the id may be written to a registry.
  var isUsable: Bool { rawValue.isPrintableName }
}

extension String {
  fileprivate var isPrintableName: Bool {
    !allSatisfy(\.isWhitespace) && unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }
}
