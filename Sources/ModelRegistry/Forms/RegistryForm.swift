import JSON
import Measurements

/// How a file says which model each role means.
///
/// A form finds the roles, says what each means and what moves with it, and knows which bytes to write for another
/// meaning. All else is the same for every form: ``Registry`` resolves names and checks edits, ``RegistryFile`` makes them.
protocol RegistryForm {
  static var kind: RegistryKind { get }

  /// Every role, in file order.
  var entries: [Registry.Entry] { get }

  /// The roles that point at the same place as one does, itself included.
  func rolesMoving(with role: Role) -> [Role]

  /// Whether a role that the file does not name may mean an id by it, so that an edit of it can be asked for.
  func implies(_ id: ModelID, of role: Role, by move: RegistryEdit.Move) -> Bool

  /// The bytes to write so that one role means another id, and all others what they do.
  func pointing(_ role: Role, at id: ModelID) throws(RegistryError.ContentProblem) -> FormEdit

  /// The bytes to write so that the model behind a role has another id.
  ///
  /// - Parameter present: The id that it has.
  func renamingModel(
    of role: Role, from present: ModelID, to id: ModelID
  ) throws(RegistryError.ContentProblem) -> FormEdit
}

extension RegistryForm {
  func rolesMoving(with role: Role) -> [Role] { [role] }

  func implies(_ id: ModelID, of role: Role, by move: RegistryEdit.Move) -> Bool { false }
}

/// Some bytes of a text, and what is to stand there.
struct Rewrite: Equatable, Sendable {
  /// Empty for an insertion.
  let range: Range<Int>
  let bytes: [UInt8]

  init(_ range: Range<Int>, _ bytes: [UInt8]) {
    self.range = range
    self.bytes = bytes
  }

  init(inserting text: String, at offset: Int) { self.init(offset..<offset, Array(text.utf8)) }
}

/// What a form writes for one change.
struct FormEdit: Equatable, Sendable {
  /// No two overlap.
  var rewrites: [Rewrite]
  /// Why the file's owner has to make the change; empty if it is one value, which may be changed unasked.
  var reasonsForOwner: [String] = []

  /// The text with the rewrites.
  func applied(to bytes: [UInt8]) -> [UInt8] {
    var edited = bytes
    for rewrite in rewrites.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
      edited.replaceSubrange(rewrite.range, with: rewrite.bytes)
    }
    return edited
  }
}

/// The forms that a registry may have.
public enum RegistryKind: String, Sendable, CaseIterable, CustomStringConvertible {
  /// JSON: `{"models": {role: id}}`.
  case models
  /// JSON: `{"models": {key: {"id": id}}, "roles": {role: {"model": key}}}`.
  case roles
  /// A Nix source that generates one of the others.
  case nix
  /// YAML of llama-swap: models by id, whose aliases are the roles.
  case llamaSwap = "llama-swap"
  /// YAML of LiteLLM: a list of role names with the parameters of their models.
  case liteLLM = "litellm"

  public var description: String {
    switch self {
    case .models: "JSON of roles and ids"
    case .roles: "roles file"
    case .nix: "Nix source"
    case .llamaSwap: "llama-swap configuration"
    case .liteLLM: "LiteLLM configuration"
    }
  }

  /// Reads a text in the form that its content shows.
  ///
  /// - Throws: `unrecognized`, or what is wrong with a text that is nearly of a form.
  static func form(of bytes: [UInt8]) throws(RegistryError.ContentProblem) -> any RegistryForm {
    let jsonError: JSONError
    switch Result(catching: { () throws(JSONError) in try JSONValue(parsing: bytes) }) {
    case .success(let root): return try form(of: root, in: bytes)
    case .failure(let error): jsonError = error
    }
    switch jsonError.problem {
    // It is JSON, and the parser of YAML would take a hundred bytes of memory per bracket to refuse it as well.
    case .nestedTooDeeply, .duplicateName: throw .notJSON(jsonError)
    default: break
    }
    var nixProblem: RegistryError.ContentProblem?
    do throws(RegistryError.ContentProblem) {
      if let source = try NixSource(recognizing: bytes) { return source }
    } catch {
      nixProblem = error
    }
    if let form = try? yamlForm(of: bytes) { return form }
    // None: say what is wrong with it as what it looks like.
    let text = bytes.drop { [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
    let second = text.dropFirst().drop(while: Self.isSpace).first
    switch text.first {
    case nil, UInt8(ascii: "["): throw .notJSON(jsonError)
    case UInt8(ascii: "{") where second == UInt8(ascii: "\"") || second == nil: throw .notJSON(jsonError)
    case UInt8(ascii: "{"), UInt8(ascii: "}"): throw nixProblem ?? .unrecognized
    default:
      if let nixProblem, NixSource.isLikely(bytes) { throw nixProblem }
      _ = try yamlForm(of: bytes)
      throw .unrecognized
    }
  }

  private static func form(
    of root: JSONValue, in bytes: [UInt8]
  ) throws(RegistryError.ContentProblem) -> any RegistryForm {
    if let form = try RolesFile(root, in: bytes) { return form }
    // JSON is YAML as well.
    if root.object?["model_list"] != nil, let form = try yamlForm(of: bytes) { return form }
    return try ModelsFile(root, in: bytes)
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

  private static func yamlForm(of bytes: [UInt8]) throws(RegistryError.ContentProblem) -> (any RegistryForm)? {
    guard let text = try YAMLText(bytes) else { return nil }
    if let form = try LiteLLM(text) { return form }
    return try LlamaSwap(text)
  }

  /// Far above any registry's: each role is held against the others.
  private static let roleLimit = 2000

  static func checkCount(_ count: Int) throws(RegistryError.ContentProblem) {
    guard count <= roleLimit else { throw .tooManyRoles(count, limit: roleLimit) }
  }
}
