import JSON
import Measurements

extension RegistryError {
  /// What is wrong with the text of a registry or of a source file.
  public enum ContentProblem: Error, Equatable, Sendable, CustomStringConvertible {
    case notJSON(JSONError)
    case notAnObject(kind: String)
    case modelsMissing
    case modelsNotAnObject(kind: String)
    case malformedRole(Role)
    case idNotAString(Role, kind: String)
    case emptyID(Role)
    /// The id equals the name of a role that means another id, so the name would have two meanings.
    case idNamesARole(Role, ModelID)

    /// A Nix string, comment or bracket that never ends.
    case unterminated(String, line: Int)
    /// A Nix bracket that closes nothing, or something else.
    case unbalancedBracket(line: Int)
    /// The Nix file has no `models = { … };`.
    case modelsSetMissing
    /// The Nix file has more than one `models` set, so the role's line can't be told.
    case modelsSetNotUnique(lines: [Int])
    /// The Nix `models` set is computed, so that its text needn't be its value.
    case modelsSetNotPlain(line: Int)
    case roleRepeated(Role, lines: [Int])
    case valueNotAPlainString(Role, line: Int)

    public var description: String {
      switch self {
      case .notJSON(let error): error.description
      case .notAnObject(let kind): "a registry must be a JSON object, found \(kind)"
      case .modelsMissing: "no \"models\" in the registry; add an object that maps roles to model ids"
      case .modelsNotAnObject(let kind): "\"models\" must be an object that maps roles to model ids, found \(kind)"
      case .malformedRole(let role):
        "\(role.rawValue.debugDescription) can't be a role: use lower-case letters, digits and inner hyphens"
      case .idNotAString(let role, let kind): "the model id of role \"\(role)\" must be a string, found \(kind)"
      case .emptyID(let role): "the model id of role \"\(role)\" is empty"
      case .idNamesARole(let role, let id):
        "role \"\(role)\" has the model id \"\(id)\", which is also a role that means another id; rename one of them"
      case .unterminated(let what, let line): "the \(what) that begins at line \(line) never ends"
      case .unbalancedBracket(let line): "the bracket at line \(line) doesn't close the one that is open"
      case .modelsSetMissing: "no attribute set `models = { … };` here; name the file that assigns the roles"
      case .modelsSetNotUnique(let lines):
        "more than one `models` set, at lines \(Self.list(lines)); edit the right one by hand"
      case .modelsSetNotPlain(let line):
        "the `models` set at line \(line) is computed, not written as `models = { … };`; edit it by hand"
      case .roleRepeated(let role, let lines):
        "role \"\(role)\" is assigned more than once, at lines \(Self.list(lines)); edit the right one by hand"
      case .valueNotAPlainString(let role, let line):
        "the value of role \"\(role)\" at line \(line) isn't a plain string on one line; edit it by hand"
      }
    }

    private static func list(_ lines: [Int]) -> String { lines.map(String.init).joined(separator: ", ") }
  }
}
