import JSON
import Store
import Measurements

/// Everything that is known without reading a sample: roles, comparisons by their recorded verdicts, and what is open.
///
///     let overview = try Overview(store, registry: ["default": "org/model"])
///     print(overview.json.serialized(.pretty))
public struct Overview: Sendable, Equatable {
  /// By name.
  public let roles: [RoleFacts]
  /// By their last recorded verdicts, newest first.
  public let comparisons: [Report.Comparison]
  /// Sessions that no verdict was recorded of, newest first.
  public let unjudged: [UnjudgedSession]
  /// By name.
  public let envelopes: [EnvelopeFacts]

  /// The comparisons as a document of standings: see ``Report/rankings``.
  var rankings: String { Report(comparisons: comparisons).rankings }

  /// - Parameter registry: What each role means; empty where no registry is at hand.
  /// - Throws: `StoreError`.
  /// - Complexity: O(*n*) in sessions and verdicts.
  public init(_ store: MeasurementStore, registry: [Role: ModelID] = [:]) throws(StoreError) {
    self.init(
      verdicts: try store.verdicts(of: nil), sessions: try store.headings(), edits: try store.registryEdits(role: nil),
      registry: registry)
  }

  /// - Parameters:
  ///   - verdicts: In the order of recording.
  ///   - sessions: Newest first.
  ///   - edits: In the order of recording.
  ///   - registry: What each role means; empty where no registry is at hand.
  public init(
    verdicts: [VerdictRecord], sessions: [SessionHeading], edits: [RegistryEditRecord], registry: [Role: ModelID] = [:]
  ) {
    comparisons = Report(verdicts).comparisons
    roles = RoleFacts.all(registry: registry, edits: edits, comparisons: comparisons)
    let judged = Set(comparisons.map(\.number))
    unjudged = sessions.filter { !judged.contains($0.number) }.map(UnjudgedSession.init)
    let starts = Dictionary(sessions.map { ($0.number, $0.session.startedAt) }, uniquingKeysWith: { first, _ in first })
    envelopes = EnvelopeFacts.all(comparisons, starts: starts)
  }

  /// The facts for programs.
  public var json: JSONValue {
    [
      "roles": .array(roles.map(\.json)), "comparisons": .array(comparisons.map(\.json)),
      "without_verdict": .array(unjudged.map(\.json)), "envelopes": .array(envelopes.map(\.json)),
    ]
  }
}
