extension RoleDocument {
  /// The document's bytes after an edit: the literals of the changed ids are other ones, the rest is the same.
  ///
  /// - Throws: `RegistryError.residentMoved` where a role doesn't mean the expected id; errors of `assignment(of:)`;
  ///   `RegistryError.content` where the edited document would be invalid.
  public func applying(_ edit: RegistryEdit) throws(RegistryError) -> [UInt8] {
    var replacements: [(range: Range<Int>, literal: [UInt8])] = []
    for change in edit.changes {
      let assignment = try assignment(of: change.role)
      guard assignment.id == change.expected else {
        throw .residentMoved(change.role, expected: change.expected, found: assignment.id)
      }
      // An id that stays keeps its spelling too: an escaped one would otherwise be rewritten.
      if change.replacement != change.expected {
        replacements.append((assignment.range, Self.literal(change.replacement)))
      }
    }
    var edited = bytes
    for (range, literal) in replacements.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
      edited.replaceSubrange(range, with: literal)
    }
    _ = try Self(parsing: edited, path: path)
    return edited
  }

  /// What an edit would change, as a patch; errors as `applying(_:)`.
  public func diff(applying edit: RegistryEdit) throws(RegistryError) -> UnifiedDiff {
    UnifiedDiff(from: bytes, to: try applying(edit), path: path)
  }
}
