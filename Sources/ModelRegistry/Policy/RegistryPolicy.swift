import Measurements

/// What the registry's owner asks of a promotion, besides a verdict to promote.
///
/// ```json
/// {
///   "roles": {
///     "*": { "envelopes": ["<SHA-256>"], "proof": "hashed" },
///     "coding": { "memory_budget_bytes": 60000000000, "licenses": ["apache-2.0"], "tier": "interactive" }
///   },
///   "move_together": [["default", "coding"]],
///   "hosts": ["<fingerprint>"],
///   "keys": ["ssh-ed25519 <base 64> <name>"]
/// }
/// ```
///
/// What a role does not say, ``everyRole`` says for it; envelopes of both count. Other members are errors: whoever mistypes
/// a name would believe something to be asked for.
public struct RegistryPolicy: Sendable, Equatable {
  /// A role and what is asked of its models.
  public struct Entry: Sendable, Equatable {
    /// A role, or ``RegistryPolicy/everyRole``.
    public let role: Role
    public internal(set) var conditions: RoleConditions
  }

  /// Stands for all roles.
  public static let everyRole: Role = "*"

  /// In file order.
  public internal(set) var entries: [Entry] = []
  /// Roles that are only ever repointed in one edit.
  public internal(set) var moveTogether: [[Role]] = []
  /// The fingerprints of the hosts whose comparisons count; empty for this host alone.
  public internal(set) var hosts: [String] = []
  /// The keys whose signatures let imported comparisons of `hosts` count, each as it is written in the file.
  public internal(set) var keys: [PolicyKey] = []

  /// A policy that asks for nothing.
  init() {}

  /// The imports that count like what was measured here.
  public var admission: ImportAdmission { ImportAdmission(hosts: hosts, keys: keys.map(\.fingerprint)) }

  /// Whether some role's envelopes are pinned: if so, a role whose are not is decided by none.
  public var pinsEnvelopes: Bool { entries.contains { $0.conditions.envelopes != nil } }

  /// The envelopes that may decide a role, if any role's are pinned.
  public func envelopes(for role: Role) -> [EnvelopeHash] {
    entries.filter { $0.role == role || $0.role == Self.everyRole }.flatMap { $0.conditions.envelopes ?? [] }
  }

  /// What is asked of a role's models: what it says, and what every role says of the rest.
  public func conditions(for role: Role) -> RoleConditions {
    let own = entries.first { $0.role == role }?.conditions ?? RoleConditions()
    return own.completed(by: entries.first { $0.role == Self.everyRole }?.conditions ?? RoleConditions())
  }

  /// Roles, and those that the policy moves with them.
  public func company(of roles: [Role]) -> [Role] {
    var company = roles
    var count = 0
    while count < company.count {
      count = company.count
      for group in moveTogether where group.contains(where: company.contains) {
        company += group.filter { !company.contains($0) }
      }
    }
    return company
  }

  /// Adds an envelope to a role, unless it is listed there.
  mutating func allow(_ envelope: EnvelopeHash, for role: Role) {
    guard let index = entries.firstIndex(where: { $0.role == role }) else {
      return entries.append(Entry(role: role, conditions: RoleConditions(envelopes: [envelope])))
    }
    let present = entries[index].conditions.envelopes ?? []
    if !present.contains(envelope) { entries[index].conditions.envelopes = present + [envelope] }
  }
}

/// What is asked of the models of a role; nil for what is not.
public struct RoleConditions: Sendable, Equatable {
  /// How far a verdict must have matured, whatever its envelope asks for.
  public struct Maturity: Sendable, Equatable {
    /// Comparisons that agree.
    public let comparisons: Int
    /// The least number of days between two that both count.
    public let daysBetween: Double
  }

  /// How a role's models are used.
  public enum Tier: String, Sendable, CaseIterable {
    /// Somebody waits: see ``RoleConditions/rateLimit`` and ``RoleConditions/firstTokenLimit``.
    case interactive
    /// Nobody waits; the model has to fit.
    case overnight
  }

  public internal(set) var envelopes: [EnvelopeHash]?
  /// The least proof of both models' weights.
  public internal(set) var proof: ProofLevel?
  public internal(set) var maturity: Maturity?
  public internal(set) var tier: Tier?
  /// The least decode rate of an interactive role, in tokens per second.
  public internal(set) var decodeTokensPerSecond: Double?
  /// The longest time to the first token of an interactive role, in seconds.
  public internal(set) var firstTokenSeconds: Double?
  /// As model cards name them, in lower case.
  public internal(set) var licenses: [String]?
  /// Shell patterns of ids, such as `mlx-community/*`.
  public internal(set) var names: [String]?
  /// The most that a model may take at its peak.
  public internal(set) var memoryBudgetBytes: Int64?

  init(envelopes: [EnvelopeHash]? = nil) { self.envelopes = envelopes }

  /// As fast as most people read.
  public var rateLimit: Double { decodeTokensPerSecond ?? 10 }
  public var firstTokenLimit: Double { firstTokenSeconds ?? 5 }

  var isEmpty: Bool { self == RoleConditions() }

  fileprivate func completed(by others: RoleConditions) -> RoleConditions {
    var all = self
    all.envelopes = envelopes ?? others.envelopes
    all.proof = proof ?? others.proof
    all.maturity = maturity ?? others.maturity
    all.tier = tier ?? others.tier
    all.decodeTokensPerSecond = decodeTokensPerSecond ?? others.decodeTokensPerSecond
    all.firstTokenSeconds = firstTokenSeconds ?? others.firstTokenSeconds
    all.licenses = licenses ?? others.licenses
    all.names = names ?? others.names
    all.memoryBudgetBytes = memoryBudgetBytes ?? others.memoryBudgetBytes
    return all
  }
}
