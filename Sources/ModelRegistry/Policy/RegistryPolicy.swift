import JSON
import Measurements
import Platform

/// Which envelopes may decide what a role means.
///
/// ```json
/// { "roles": { "default": { "envelopes": ["<SHA-256>"] }, "*": { "envelopes": ["<SHA-256>"] } } }
/// ```
///
/// An envelope may decide a role if its hash is listed for that role or for ``everyRole``; a role that is not listed has
/// only those of every role. Other members are errors: whoever mistypes a name would believe something to be pinned.
public struct RegistryPolicy: Sendable, Equatable {
  /// The envelopes of one role.
  public struct Entry: Sendable, Equatable {
    /// A role, or ``RegistryPolicy/everyRole``.
    public let role: Role
    public internal(set) var envelopes: [EnvelopeHash]
  }

  /// Stands for all roles.
  public static let everyRole: Role = "*"

  /// In file order.
  public private(set) var entries: [Entry]

  /// A policy that allows nothing.
  init() { entries = [] }

  /// The envelopes that may decide a role.
  public func envelopes(for role: Role) -> [EnvelopeHash] {
    entries.filter { $0.role == role || $0.role == Self.everyRole }.flatMap(\.envelopes)
  }

  /// Adds an envelope to a role, unless it is listed there.
  mutating func allow(_ envelope: EnvelopeHash, for role: Role) {
    guard let index = entries.firstIndex(where: { $0.role == role }) else {
      return entries.append(Entry(role: role, envelopes: [envelope]))
    }
    if !entries[index].envelopes.contains(envelope) { entries[index].envelopes.append(envelope) }
  }
}

extension RegistryPolicy {
  /// Reads a policy from a file's bytes.
  init(parsing bytes: [UInt8]) throws(RegistryError.ContentProblem) {
    let root: JSONValue
    do throws(JSONError) { root = try JSONValue(parsing: bytes) } catch { throw .notJSON(error) }
    let roles = try Self.onlyMember("roles", of: root, at: "the policy")
    guard let members = roles.object?.members else {
      throw .policy(member: "roles", problem: "must be an object, found \(roles.kind)")
    }
    entries = []
    for member in members {
      let path = "roles.\(member.name)"
      let list = try Self.onlyMember("envelopes", of: member.value, at: path)
      guard let elements = list.array else {
        throw .policy(member: "\(path).envelopes", problem: "must be an array, found \(list.kind)")
      }
      var envelopes: [EnvelopeHash] = []
      for element in elements {
        guard let text = element.string, text.isSHA256 else {
          throw .policy(
            member: "\(path).envelopes", problem: "has an element that is no SHA-256 in lower-case hexadecimal")
        }
        envelopes.append(EnvelopeHash(rawValue: text))
      }
      entries.append(Entry(role: Role(rawValue: member.name), envelopes: envelopes))
    }
  }

  private static func onlyMember(
    _ name: String, of value: JSONValue, at path: String
  ) throws(RegistryError.ContentProblem) -> JSONValue {
    guard let object = value.object else {
      throw .policy(member: path, problem: "must be an object, found \(value.kind)")
    }
    if let other = object.names.first(where: { $0 != name }) {
      throw .policy(member: path, problem: "has an unknown member \"\(other)\"")
    }
    guard let member = object[name] else { throw .policy(member: path, problem: "has no \"\(name)\"") }
    return member
  }

  /// The file's bytes.
  var bytes: [UInt8] {
    let roles = entries.map { entry -> (String, JSONValue) in
      (entry.role.rawValue, ["envelopes": .array(entry.envelopes.map { .string($0.rawValue) })])
    }
    let root = JSONValue.object(JSONObject([("roles", .object(JSONObject(roles)))]))
    return Array((root.serialized(.pretty) + "\n").utf8)
  }
}
