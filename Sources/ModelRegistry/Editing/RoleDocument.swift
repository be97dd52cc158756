import Measurements

/// A text that assigns a model id to each role, and knows which bytes say so.
///
/// A type that can locate an assignment and write an id as a literal gets edits, diffs and atomic writes for free.
public protocol RoleDocument: Sendable {
  /// Reads the document; `path` names it in messages and diffs.
  init(parsing bytes: [UInt8], path: String) throws(RegistryError)

  var path: String { get }
  var bytes: [UInt8] { get }

  /// The one place that says what a role means.
  ///
  /// - Throws: `RegistryError.unknownRole`, or `RegistryError.content` if the place can't be told for sure.
  func assignment(of role: Role) throws(RegistryError) -> RoleAssignment

  /// An id as a literal of the document's language, quotes included, on one line.
  static func literal(_ id: ModelID) -> [UInt8]
}

/// What a role means in a text, and where the text says so.
public struct RoleAssignment: Equatable, Sendable {
  public let id: ModelID
  /// The literal's bytes, quotes included.
  public let range: Range<Int>
}

extension RoleDocument {
  /// The document's bytes after an edit: the literals of the changed ids are replaced, the rest is the same.
  ///
  /// - Throws: `RegistryError.residentMoved` if a role doesn't mean the expected id; errors of `assignment(of:)`;
  ///   `RegistryError.content` if the edited document would be invalid.
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
