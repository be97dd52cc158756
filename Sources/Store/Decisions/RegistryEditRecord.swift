import Measurements

/// That someone asked for a role to be repointed, and what became of it.
///
/// It is recorded as `pending` before the registry's file is touched and as `done` or `abandoned` afterwards, so that a
/// pending one tells of a crash in between: compare the file with `from` and `to`.
public struct RegistryEditRecord: Sendable, Equatable, Identifiable {
  public enum Kind: String, Sendable, CaseIterable {
    case promotion
    case rollback
  }

  public enum State: String, Sendable, CaseIterable {
    case pending
    case done
    /// The file was not changed.
    case abandoned
  }

  /// Unique over all hosts; a UUID.
  public var id: String
  /// Seconds since 1970.
  public var requestedAt: Double
  public var role: Role
  public var from: ModelID
  public var to: ModelID
  /// The comparison that speaks for it.
  public var comparison: SessionNumber?
  /// Who asked, such as a user's name or that of a CI job.
  public var requestedBy: String
  public var kind: Kind
  public var state: State
  /// The path of the edited file; nil for edits from before it was recorded.
  public var file: String?

  public init(
    id: String, requestedAt: Double, role: Role, from: ModelID, to: ModelID, comparison: SessionNumber?,
    requestedBy: String, kind: Kind, state: State, file: String? = nil
  ) {
    self.id = id
    self.requestedAt = requestedAt
    self.role = role
    self.from = from
    self.to = to
    self.comparison = comparison
    self.requestedBy = requestedBy
    self.kind = kind
    self.state = state
    self.file = file
  }
}
