import JSON
import Store
import Measurements

/// Which model a role means, since when and why.
public struct RoleFacts: Sendable, Equatable {
  public enum Source: String, Sendable {
    /// The registry's file.
    case registry
    /// The last edit of the role that the database knows of, since no registry was given.
    case edit
    /// The last comparison that was made for the role, since neither is there.
    case comparison
  }

  public let role: String
  public let holder: String
  public let source: Source
  /// Seconds since 1970 when the role was pointed at the holder; nil where the database does not know.
  public let since: Double?
  /// The model before.
  public let predecessor: String?
  /// The comparison that speaks for the holder.
  public let comparison: SessionNumber?
  /// Whoever asked for the edit.
  public let requestedBy: String?
  /// Comparisons in which another model challenged the holder for the role and which have a verdict.
  public let challenges: Int

  /// For programs: absent values are null.
  public var json: JSONValue {
    [
      "role": .string(role), "holder": .string(holder), "source": .string(source.rawValue), "since_s": .init(since),
      "predecessor": .init(predecessor),
      "comparison": comparison.map { .integer(Int($0.rawValue)) } ?? .null, "requested_by": .init(requestedBy),
      "challenges": .integer(challenges),
    ]
  }

  /// Every role of the registry, the edits and the comparisons, by name.
  ///
  /// - Parameters:
  ///   - registry: What each role means; empty where no registry is at hand.
  ///   - edits: In the order they were recorded.
  ///   - comparisons: Newest first.
  static func all(
    registry: [Role: ModelID], edits: [RegistryEditRecord], comparisons: [Report.Comparison]
  ) -> [RoleFacts] {
    let done = edits.filter { $0.state == .done }
    let edit = Dictionary(done.map { ($0.role.rawValue, $0) }, uniquingKeysWith: { $1 })
    var measured: [String: String] = [:]
    var challenges: [String: [String: Int]] = [:]
    for comparison in comparisons {
      guard let role = comparison.role else { continue }
      let resident = comparison.model("resident")
      measured[role] = measured[role] ?? resident
      challenges[role, default: [:]][resident, default: 0] += 1
    }
    let named = Dictionary(
      registry.map { ($0.key.rawValue, $0.value.rawValue) }, uniquingKeysWith: { first, _ in first })
    return Set(named.keys).union(edit.keys).union(measured.keys).sorted().compactMap { role in
      guard let holder = named[role] ?? edit[role]?.to.rawValue ?? measured[role] else { return nil }
      // An edit that the file contradicts is not why it says what it says.
      let own = edit[role].flatMap { $0.to.rawValue == holder ? $0 : nil }
      return RoleFacts(
        role: role, holder: holder,
        source: named[role] != nil ? .registry : edit[role] != nil ? .edit : .comparison, since: own?.requestedAt,
        predecessor: own?.from.rawValue, comparison: own?.comparison, requestedBy: own?.requestedBy,
        challenges: challenges[role]?[holder] ?? 0)
    }
  }
}
