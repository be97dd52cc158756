import JSON
import Measurements

/// JSON that maps each role to its id, as an activation writes it.
///
/// ```json
/// { "models": { "default": "org/name-4bit", "embedding": null }, "endpoints": { } }
/// ```
struct ModelsFile: RegistryForm {
  static let kind = RegistryKind.models

  let entries: [Registry.Entry]
  private let bytes: [UInt8]

  /// - Throws: `notAnObject`, `modelsMissing`, `modelsNotAnObject` or `tooManyRoles`.
  init(_ root: JSONValue, in bytes: [UInt8]) throws(RegistryError.ContentProblem) {
    guard let object = root.object else { throw .notAnObject(kind: root.kind) }
    guard let models = object["models"] else { throw .modelsMissing }
    guard let members = models.object?.members else { throw .modelsNotAnObject(kind: models.kind) }
    try RegistryKind.checkCount(members.count)
    self.bytes = bytes
    entries = members.map { member in
      let role = Role(rawValue: member.name)
      return Registry.Entry(role: role, meaning: Registry.Meaning(member.value, of: role))
    }
  }

  func pointing(_ role: Role, at id: ModelID) throws(RegistryError.ContentProblem) -> FormEdit {
    try FormEdit(rewrites: [Rewrite(jsonAt: ["models", role.rawValue], in: bytes, id.rawValue)])
  }

  func renamingModel(
    of role: Role, from present: ModelID, to id: ModelID
  ) throws(RegistryError.ContentProblem) -> FormEdit {
    throw .modelNotShared(role)
  }
}

extension Registry.Meaning {
  /// What the value that holds a role's id says.
  init(_ value: JSONValue, of role: Role) {
    switch value {
    case .null: self = .unset
    case .string(let text): self = text.allSatisfy(\.isWhitespace) ? .unset : .model(ModelID(rawValue: text))
    default: self = .unusable(.idNotAString(role, kind: value.kind))
    }
  }
}

extension Rewrite {
  /// Puts a string in the place of the value at a path, which must be there.
  init(jsonAt path: [String], in bytes: [UInt8], _ text: String) throws(RegistryError.ContentProblem) {
    self.init(try bytes.rangeOfJSON(at: path), Array(JSONValue.string(text).serialized().utf8))
  }
}

extension [UInt8] {
  /// The bytes of the JSON value at a path, which must be there.
  func rangeOfJSON(at path: [String]) throws(RegistryError.ContentProblem) -> Range<Int> {
    let range: Range<Int>?
    do throws(JSONError) { range = try JSONValue.range(ofValueAt: path, in: self) } catch { throw .notJSON(error) }
    guard let range else { throw .placeNotFound(path.joined(separator: ".")) }
    return range
  }
}
