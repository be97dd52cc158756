import Measurements

/// What an edit would make of a registry.
public struct EditProposal: Sendable, Equatable {
  /// The file's new contents.
  public let bytes: [UInt8]
  public let diff: UnifiedDiff
  /// Why the file's owner has to make the edit, in sentences; empty if ``RegistryFile/apply(_:)`` makes it.
  ///
  /// An edit that is made unasked changes one value per role. One that needs more, such as a line for a host or a new
  /// override, is proposed as a patch.
  public let reasonsForOwner: [String]
}

extension Registry {
  /// What an edit would change: the values of its roles and nothing else.
  ///
  /// - Throws: `RegistryError.residentMoved` if a role doesn't mean the expected id; `.othersMove` if the edit would give
  ///   other roles another meaning as well; errors of `resident(of:)`; `.content` if the form has no such edit.
  public func proposal(for edit: RegistryEdit) throws(RegistryError) -> EditProposal {
    for change in edit.changes { try check(change, edit.move) }
    if edit.move == .model {
      let edited = Set(edit.changes.map(\.role))
      // What moves with roles that the file does not name shows when the edit is made.
      let named = edit.changes.map(\.role).filter(roles.contains)
      let others = named.flatMap { rolesMoving(with: $0) }.filter { !edited.contains($0) }
      guard others.isEmpty else { throw .othersMove(others, with: edit.changes.map(\.role)) }
    }
    return try making(edit)
  }

  private func making(_ edit: RegistryEdit) throws(RegistryError) -> EditProposal {
    var edited = self
    var reasons: [String] = []
    for change in edit.changes where change.replacement != change.expected {
      // A role that moved with the one before it.
      if edit.move == .model, edited.means(change.replacement, change.role, by: edit.move) { continue }
      let step: FormEdit
      do throws(RegistryError.ContentProblem) {
        let form = try RegistryKind.form(of: edited.bytes)
        step =
          switch edit.move {
          case .role: try form.pointing(change.role, at: change.replacement)
          case .model: try form.renamingModel(of: change.role, from: change.expected, to: change.replacement)
          }
      } catch {
        throw .content(path: path, error)
      }
      reasons += step.reasonsForOwner
      edited = try Registry(parsing: step.applied(to: edited.bytes), path: path)
    }
    try verify(edit, made: edited)
    return EditProposal(
      bytes: edited.bytes, diff: UnifiedDiff(from: bytes, to: edited.bytes, path: path), reasonsForOwner: reasons)
  }

  private func check(_ change: RegistryEdit.Change, _ move: RegistryEdit.Move) throws(RegistryError) {
    if !roles.contains(change.role), means(change.expected, change.role, by: move) { return }
    let found = try resident(of: change.role)
    guard found == change.expected else {
      throw .residentMoved(change.role, expected: change.expected, found: found)
    }
  }

  /// Whether a role means an id, by an entry of its own or by what holds for roles without one.
  private func means(_ id: ModelID, _ role: Role, by move: RegistryEdit.Move) -> Bool {
    if roles.contains(role) { return self[role] == id }
    return (try? RegistryKind.form(of: bytes))?.implies(id, of: role, by: move) ?? false
  }

  /// Whatever the form did: only the roles of the edit may mean something else, and they have to.
  private func verify(_ edit: RegistryEdit, made edited: Registry) throws(RegistryError) {
    let replacements = Dictionary(edit.changes.map { ($0.role, $0.replacement) }) { first, _ in first }
    let before = Dictionary(entries.map { ($0.role, $0.meaning) }) { first, _ in first }
    let left = Set(edited.roles)
    for change in edit.changes where !left.contains(change.role) {
      guard edited.means(change.replacement, change.role, by: edit.move) else {
        throw .content(path: path, .editWithoutEffect(change.role))
      }
    }
    var moved: [Role] = []
    for entry in edited.entries {
      if let replacement = replacements[entry.role] {
        if case .unusable(let problem) = entry.meaning { throw .content(path: path, problem) }
        guard entry.id == replacement else { throw .content(path: path, .editWithoutEffect(entry.role)) }
      } else if before[entry.role] != entry.meaning {
        moved.append(entry.role)
      }
    }
    moved += roles.filter { !left.contains($0) }
    guard moved.isEmpty else { throw .othersMove(moved, with: edit.changes.map(\.role)) }
  }
}
