import JSON
import Measurements
import Store

/// Which model holds a role, since when and why.
public struct RoleFacts: Sendable, Equatable {
  public enum Source: String, Sendable {
    /// The registry's file.
    case registry
    /// The last edit of the role that the database knows of, since no registry was given.
    case edit
    /// The last comparison that was made for the role, since neither is there.
    case comparison
  }

  public let role: Role
  public let holder: ModelID
  public let source: Source
  /// When the role was pointed at the holder, in seconds since 1970; nil if the database does not know.
  public let since: Double?
  /// The model that held the role before.
  public let predecessor: ModelID?
  /// The comparison that speaks for the holder.
  public let comparison: SessionNumber?
  /// Who asked for the edit.
  public let requestedBy: String?
  /// Comparisons in which another model challenged the holder for the role and which have a verdict.
  public let challenges: Int
  /// Which model to keep, and why.
  public let standing: RoleStanding

  /// For programs: absent values are null.
  public var json: JSONValue {
    [
      "role": .string(role.rawValue), "holder": .string(holder.rawValue), "source": .string(source.rawValue),
      "since_s": .init(since), "predecessor": .init(predecessor?.rawValue),
      "comparison": comparison.map { .integer(Int($0.rawValue)) } ?? .null, "requested_by": .init(requestedBy),
      "challenges": .integer(challenges), "answer": .string(standing.answer),
    ]
  }

  /// Every role of the registry, the edits and the comparisons, by name.
  ///
  /// - Parameters:
  ///   - registry: The model of each role; empty if no registry was read.
  ///   - edits: In the order of recording.
  ///   - comparisons: Newest first.
  static func all(
    registry: [Role: ModelID], edits: [RegistryEditRecord], comparisons: [Report.Comparison]
  ) -> [RoleFacts] {
    let done = edits.filter { $0.state == .done }
    let edit = Dictionary(done.map { ($0.role, $0) }, uniquingKeysWith: { $1 })
    var measured: [Role: ModelID] = [:]
    var challenges: [Role: [ModelID: [Report.Comparison]]] = [:]
    for comparison in comparisons {
      guard let role = comparison.role else { continue }
      let resident = comparison.model(.resident)
      measured[role] = measured[role] ?? resident
      challenges[role, default: [:]][resident, default: []].append(comparison)
    }
    return Set(registry.keys).union(edit.keys).union(measured.keys).sorted().compactMap { role in
      guard let holder = registry[role] ?? edit[role]?.to ?? measured[role] else { return nil }
      // An edit that the registry contradicts does not explain the holder.
      let own = edit[role].flatMap { $0.to == holder ? $0 : nil }
      let against = challenges[role]?[holder] ?? []
      return RoleFacts(
        role: role, holder: holder,
        source: registry[role] != nil ? .registry : edit[role] != nil ? .edit : .comparison, since: own?.requestedAt,
        predecessor: own?.from, comparison: own?.comparison, requestedBy: own?.requestedBy,
        challenges: against.count, standing: RoleStanding(of: role, heldBy: holder, against))
    }
  }
}
