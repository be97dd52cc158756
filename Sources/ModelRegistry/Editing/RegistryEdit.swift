import Measurements

/// Changes of what roles mean that are all made or none.
///
/// Each is a compare-and-swap on the id that was measured. A change whose replacement is its expected id changes
/// nothing and only asserts.
public struct RegistryEdit: Equatable, Sendable {
  /// What is edited where several roles share a model.
  public enum Move: String, Sendable, CaseIterable {
    /// A role points at another model, and all others stay.
    case role
    /// The model that roles share gets another id. All of them move, and all of them are in the edit.
    case model
  }

  /// From which id to which, for one role.
  public struct Change: Equatable, Sendable {
    public let role: Role
    public let expected: ModelID
    public let replacement: ModelID

    public init(role: Role, expected: ModelID, replacement: ModelID) {
      self.role = role
      self.expected = expected
      self.replacement = replacement
    }
  }

  public let changes: [Change]
  public let move: Move

  /// - Throws: `emptyEdit`, `repeatedRole`, or `unusableID` for a replacement that is blank or has control characters.
  public init(_ changes: [Change], move: Move = .role) throws(RegistryError) {
    guard !changes.isEmpty else { throw .emptyEdit }
    var roles = Set<Role>()
    for change in changes {
      guard roles.insert(change.role).inserted else { throw .repeatedRole(change.role) }
      guard change.replacement.isUsable else { throw .unusableID(change.replacement) }
    }
    self.changes = changes
    self.move = move
  }

  /// One role's edit; errors as `init(_:)`.
  public init(role: Role, expected: ModelID, replacement: ModelID) throws(RegistryError) {
    try self.init([Change(role: role, expected: expected, replacement: replacement)])
  }

  /// The edit that takes this one back; it is refused like any other if a role has moved since.
  ///
  /// - Throws: `RegistryError.unusableID` if an expected id is one that may not be written.
  public func reversed() throws(RegistryError) -> RegistryEdit {
    try RegistryEdit(
      changes.map { Change(role: $0.role, expected: $0.replacement, replacement: $0.expected) }, move: move)
  }
}
