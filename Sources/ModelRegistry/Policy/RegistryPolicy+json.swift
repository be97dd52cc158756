import JSON
import Measurements
import Platform

/// The policy's file.
extension RegistryPolicy {

  /// Reads a policy from a file's bytes.
  ///
  /// - Throws: `notJSON`, or `policy` with the member that is missing, unknown or of another kind.
  public init(parsing bytes: [UInt8]) throws(RegistryError.ContentProblem) {
    self.init()
    let root: JSONValue
    do throws(JSONError) { root = try JSONValue(parsing: bytes) } catch { throw .notJSON(error) }
    let fields = try PolicyFields(root, at: "the policy", allowing: ["roles", "move_together", "hosts", "keys"])
    if let roles = fields["roles"] {
      guard let members = roles.object?.members else { throw .policy(member: "roles", expecting: "an object", roles) }
      for member in members {
        let conditions = try RoleConditions(member.value, at: "roles.\(member.name)")
        entries.append(Entry(role: Role(rawValue: member.name), conditions: conditions))
      }
    }
    if let groups = fields["move_together"] {
      guard let lists = groups.array else { throw .policy(member: "move_together", expecting: "an array", groups) }
      for (index, list) in lists.enumerated() {
        let names = try list.texts(at: "move_together[\(index)]")
        guard names.count > 1 else {
          throw .policy(member: "move_together[\(index)]", problem: "must have at least two roles")
        }
        moveTogether.append(names.map(Role.init(rawValue:)))
      }
    }
    hosts = try fields["hosts"]?.hashes(at: "hosts") ?? []
    for text in try fields["keys"]?.texts(at: "keys") ?? [] {
      guard let key = PolicyKey(text) else {
        throw .policy(
          member: "keys",
          problem:
            "has \"\(text.prefix(40))\", which is neither a public key as `ssh-keygen` writes it to a .pub file nor "
            + "the fingerprint of one, SHA256:…")
      }
      keys.append(key)
    }
    if !keys.isEmpty, hosts.isEmpty {
      throw .policy(member: "keys", problem: "lets nothing count without \"hosts\", which names whose comparisons do")
    }
    for entry in entries {
      let conditions = conditions(for: entry.role)
      if conditions.tier != .interactive, conditions.decodeTokensPerSecond ?? conditions.firstTokenSeconds != nil {
        throw .policy(
          member: "roles.\(entry.role)",
          problem: "limits the time that somebody waits, but its tier is not \"interactive\"")
      }
    }
  }

  /// The file's bytes.
  var bytes: [UInt8] {
    var root = JSONObject([
      ("roles", .object(JSONObject(entries.map { ($0.role.rawValue, $0.conditions.json) })))
    ])
    if !moveTogether.isEmpty { root["move_together"] = .array(moveTogether.map { .init($0.map(\.rawValue)) }) }
    if !hosts.isEmpty { root["hosts"] = .init(hosts) }
    if !keys.isEmpty { root["keys"] = .init(keys.map(\.text)) }
    return Array((JSONValue.object(root).serialized(.pretty) + "\n").utf8)
  }
}

extension RoleConditions {
  fileprivate init(_ value: JSONValue, at path: String) throws(RegistryError.ContentProblem) {
    self.init()
    let fields = try PolicyFields(
      value, at: path,
      allowing: [
        "envelopes", "proof", "maturity", "tier", "decode_tokens_per_second", "first_token_seconds", "licenses",
        "names",
        "memory_budget_bytes",
      ])
    envelopes = try fields["envelopes"]?.hashes(at: "\(path).envelopes").map(EnvelopeHash.init(rawValue:))
    proof = try fields.choice("proof", of: ProofLevel.allCases.filter { $0 != .unverified })
    tier = try fields.choice("tier", of: Tier.allCases)
    decodeTokensPerSecond = try fields.positive("decode_tokens_per_second")
    firstTokenSeconds = try fields.positive("first_token_seconds")
    licenses = try fields["licenses"]?.texts(at: "\(path).licenses").map { $0.lowercased() }
    names = try fields["names"]?.texts(at: "\(path).names")
    memoryBudgetBytes = try fields.positive("memory_budget_bytes").flatMap { Int64(exactly: $0.rounded()) }
    if let value = fields["maturity"] {
      let maturity = try PolicyFields(value, at: "\(path).maturity", allowing: ["comparisons", "days_between"])
      guard let comparisons = maturity["comparisons"]?.integer, comparisons > 0 else {
        throw .policy(member: "\(path).maturity.comparisons", problem: "must be a positive integer")
      }
      let days = maturity["days_between"].map { $0.number ?? -1 } ?? 0
      guard days >= 0, days.isFinite else {
        throw .policy(member: "\(path).maturity.days_between", problem: "must be a number of days from 0")
      }
      self.maturity = Maturity(comparisons: comparisons, daysBetween: days)
    }
    if isEmpty { throw .policy(member: path, problem: "asks for nothing") }
  }

  fileprivate var json: JSONValue {
    var object = JSONObject()
    if let envelopes { object["envelopes"] = .init(envelopes.map(\.rawValue)) }
    if let proof { object["proof"] = .string(proof.rawValue) }
    if let maturity {
      object["maturity"] = [
        "comparisons": .integer(maturity.comparisons), "days_between": .number(maturity.daysBetween),
      ]
    }
    if let tier { object["tier"] = .string(tier.rawValue) }
    if let decodeTokensPerSecond { object["decode_tokens_per_second"] = .number(decodeTokensPerSecond) }
    if let firstTokenSeconds { object["first_token_seconds"] = .number(firstTokenSeconds) }
    if let licenses { object["licenses"] = .init(licenses) }
    if let names { object["names"] = .init(names) }
    if let memoryBudgetBytes { object["memory_budget_bytes"] = .integer(Int(memoryBudgetBytes)) }
    return .object(object)
  }
}

/// The members of an object of the policy, none of them unknown.
private struct PolicyFields {
  private let object: JSONObject
  private let path: String

  init(_ value: JSONValue, at path: String, allowing names: [String]) throws(RegistryError.ContentProblem) {
    guard let object = value.object else { throw .policy(member: path, expecting: "an object", value) }
    if let other = object.names.first(where: { !names.contains($0) }) {
      throw .policy(
        member: path, problem: "has an unknown member \"\(other)\"; there are \(names.joined(separator: ", "))")
    }
    guard !object.names.isEmpty else { throw .policy(member: path, problem: "is empty") }
    self.object = object
    self.path = path
  }

  subscript(_ name: String) -> JSONValue? { object[name] }

  func choice<Choice: RawRepresentable<String>>(
    _ name: String, of choices: [Choice]
  ) throws(RegistryError.ContentProblem) -> Choice? {
    guard let value = object[name] else { return nil }
    guard let choice = choices.first(where: { $0.rawValue == value.string }) else {
      let list = choices.map(\.rawValue).joined(separator: ", ")
      throw .policy(member: "\(path).\(name)", problem: "must be one of \(list)")
    }
    return choice
  }

  func positive(_ name: String) throws(RegistryError.ContentProblem) -> Double? {
    guard let value = object[name] else { return nil }
    guard let number = value.number, number > 0, number.isFinite else {
      throw .policy(member: "\(path).\(name)", problem: "must be a positive number")
    }
    return number
  }
}

extension JSONValue {
  fileprivate func texts(at path: String) throws(RegistryError.ContentProblem) -> [String] {
    guard let array else { throw .policy(member: path, expecting: "an array", self) }
    var texts: [String] = []
    for element in array {
      guard let text = element.string, !text.isEmpty else {
        throw .policy(member: path, problem: "has an element that is no text")
      }
      texts.append(text)
    }
    return texts
  }

  fileprivate func hashes(at path: String) throws(RegistryError.ContentProblem) -> [String] {
    guard let array else { throw .policy(member: path, expecting: "an array", self) }
    var hashes: [String] = []
    for element in array {
      guard let text = element.string, text.isSHA256 else {
        throw .policy(member: path, problem: "has an element that is no SHA-256 in lower-case hexadecimal")
      }
      hashes.append(text)
    }
    return hashes
  }
}

extension RegistryError.ContentProblem {
  fileprivate static func policy(member: String, expecting kind: String, _ found: JSONValue) -> Self {
    .policy(member: member, problem: "must be \(kind), found \(found.kind)")
  }
}
