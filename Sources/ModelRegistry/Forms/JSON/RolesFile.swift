import JSON
import Measurements

/// JSON with models behind keys, and roles that point at the keys.
///
/// ```json
/// {
///   "models": { "big": { "id": "org/big-4bit" }, "small": { "id": "org/small-4bit" } },
///   "roles": { "coding": { "model": "big" }, "embed": { "model": null } },
///   "hosts": { "workstation": { "resident": ["big"], "swap": ["small"] } }
/// }
/// ```
///
/// Two edits are one line: a role points at another key, or a key gets another id, which moves every role that points at
/// it. A key that a role gets has to be listed for each host that lists the one it had; where it is not, that is a second
/// line, which the file's owner has to agree to.
struct RolesFile: RegistryForm {
  static let kind = RegistryKind.roles

  let entries: [Registry.Entry]
  private let bytes: [UInt8]
  private let models: JSONObject
  private let roles: JSONObject
  /// Nil if `hosts` is written in a way that isn't read.
  private let hosts: JSONObject?

  /// Nil if the value is of another form.
  ///
  /// - Throws: `tooManyRoles`.
  init?(_ root: JSONValue, in bytes: [UInt8]) throws(RegistryError.ContentProblem) {
    guard let object = root.object, let models = object["models"]?.object, let roles = object["roles"]?.object
    else { return nil }
    // Ids beside roles that other programs describe are those of the simpler form.
    guard models.isEmpty || models.members.contains(where: { $0.value.object != nil }) else { return nil }
    try RegistryKind.checkCount(roles.count)
    self.bytes = bytes
    self.models = models
    self.roles = roles
    hosts = Self.hosts(object["hosts"] ?? .null)
    entries = roles.members.map { member in
      let role = Role(rawValue: member.name)
      return Registry.Entry(role: role, meaning: Self.meaning(of: role, member.value, models))
    }
  }

  private static let lists = ["resident", "swap"]

  private static func hosts(_ value: JSONValue) -> JSONObject? {
    if case .null = value { return JSONObject() }
    guard let hosts = value.object else { return nil }
    let isRead = hosts.members.allSatisfy { host in
      guard let host = host.value.object else { return false }
      return lists.allSatisfy { host[$0] == nil || host[$0]?.array?.allSatisfy { $0.string != nil } == true }
    }
    return isRead ? hosts : nil
  }

  private static func meaning(of role: Role, _ value: JSONValue, _ models: JSONObject) -> Registry.Meaning {
    guard let object = value.object else { return .unusable(.roleNotAnObject(role, kind: value.kind)) }
    switch object["model"] {
    case nil, .null: return .unset
    case .string(let key):
      if key.allSatisfy(\.isWhitespace) { return .unset }
      guard let model = models[key] else {
        return .unusable(.unknownKey(role, key: key, known: models.members.map(\.name)))
      }
      guard let id = model.object?["id"] else { return .unusable(.keyWithoutID(role, key: key)) }
      return Registry.Meaning(id, of: role)
    case .some(let other): return .unusable(.keyNotAString(role, kind: other.kind))
    }
  }

  private func key(of role: Role) throws(RegistryError.ContentProblem) -> String {
    guard let key = roles[role.rawValue]?.object?["model"]?.string else {
      throw .placeNotFound("roles.\(role).model")
    }
    return key
  }

  func rolesMoving(with role: Role) -> [Role] {
    guard let key = try? key(of: role) else { return [role] }
    return roles.members.filter { $0.value.object?["model"]?.string == key }.map { Role(rawValue: $0.name) }
  }

  func pointing(_ role: Role, at id: ModelID) throws(RegistryError.ContentProblem) -> FormEdit {
    let present = try key(of: role)
    let keys = models.members.filter { $0.value.object?["id"]?.string == id.rawValue }.map(\.name)
    // Of two keys of one model, the one that needs no second line.
    var best: FormEdit?
    for key in keys {
      let edit = try pointing(role, from: present, at: key)
      if best == nil || edit.reasonsForOwner.isEmpty && best?.reasonsForOwner.isEmpty == false { best = edit }
    }
    guard let best else { throw .noKeyForModel(role, id, moving: rolesMoving(with: role)) }
    return best
  }

  func renamingModel(
    of role: Role, from present: ModelID, to id: ModelID
  ) throws(RegistryError.ContentProblem) -> FormEdit {
    try FormEdit(rewrites: [Rewrite(jsonAt: ["models", try key(of: role), "id"], in: bytes, id.rawValue)])
  }

  private func pointing(
    _ role: Role, from present: String, at key: String
  ) throws(RegistryError.ContentProblem) -> FormEdit {
    var edit = FormEdit(rewrites: [try Rewrite(jsonAt: ["roles", role.rawValue, "model"], in: bytes, key)])
    guard let hosts else {
      edit.reasonsForOwner = [
        "\"hosts\" is not made of lists of keys, so that whether one lacks \"\(key)\" can't be told"
      ]
      return edit
    }
    for host in hosts.members {
      let lists = Self.lists.map { ($0, host.value.object?[$0]?.array?.compactMap(\.string) ?? []) }
      guard let list = lists.first(where: { $0.1.contains(present) }), !lists.contains(where: { $0.1.contains(key) })
      else { continue }
      let path = ["hosts", host.name, list.0]
      edit.rewrites.append(try Self.appending(key, toArrayAt: path, in: bytes))
      edit.reasonsForOwner.append(
        "the host \"\(host.name)\" lists \"\(present)\" as \(list.0), and \"\(key)\" nowhere; it needs a line there too"
      )
    }
    return edit
  }

  /// Adds a string to an array that has one, as the last one is written: on a line of its own or beside it.
  private static func appending(
    _ text: String, toArrayAt path: [String], in bytes: [UInt8]
  ) throws(RegistryError.ContentProblem) -> Rewrite {
    let range = try bytes.rangeOfJSON(at: path)
    let isSpace: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    let inside = bytes[range.lowerBound..<range.upperBound - 1]
    let end = (inside.lastIndex { !isSpace($0) } ?? range.lowerBound) + 1
    // What stands between the bracket and the first element also stands before a new one, if it has a line break.
    let lead = inside.dropFirst().prefix(while: isSpace)
    let separator = lead.contains(0x0A) ? String(decoding: lead, as: UTF8.self) : " "
    return Rewrite(inserting: ",\(separator)\(JSONValue.string(text).serialized())", at: end)
  }
}
