import Measurements

/// A text that assigns a model id to each role, and knows which bytes say so.
///
/// Whatever can locate an assignment and write an id as a literal gets edits, diffs and atomic writes for free.
public protocol RoleDocument: Sendable {
  /// Reads the document; `path` names it in messages and diffs.
  init(parsing bytes: [UInt8], path: String) throws(RegistryError)

  var path: String { get }
  var bytes: [UInt8] { get }

  /// The one place that says what a role means.
  ///
  /// - Throws: `RegistryError.unknownRole`, or `RegistryError.content` where the place can't be told for sure.
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
