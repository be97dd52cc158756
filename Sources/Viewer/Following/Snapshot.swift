import JSON
import Report
import Store

/// All that requests are answered from, but the evidence of single comparisons: made once a revision, never within a
/// request.
struct Snapshot: Sendable {
  /// Names the state of the database and the registry; it is in the tag of every answer.
  let revision: String
  private let byNumber: [SessionNumber: Report.Comparison]
  let lists: [List: [Item]]
  /// Bodies that no parameter changes.
  let roles: String
  let frontier: String
  let index: String
  /// Pages by their paths.
  let envelopes: [String: String]
  /// Members of `/api/status`.
  let status: JSONObject

  enum List: String, Sendable {
    case comparisons
    case trends
  }

  /// A member of a list: what filters look at, and its JSON.
  struct Item: Sendable {
    let names: [String: String]
    let json: String
  }

  /// - Parameter charts: Nil for pages without charts.
  init(_ overview: Overview, _ records: SnapshotRecords, _ charts: ChartLibrary?, revision: String) {
    self.revision = revision
    byNumber = Dictionary(overview.comparisons.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    lists = [
      .comparisons: overview.comparisons.map(Item.init),
      .trends: overview.envelopes.flatMap { envelope in envelope.trends.map { Item($0, envelope: envelope.id) } },
    ]
    let problem: JSONValue = records.registryProblem.map { .string($0) } ?? .null
    roles = Self.body([
      "roles": .array(overview.roles.map(\.json)), "registry_problem": problem,
      "changes": .array(records.edits.suffix(500).map(\.changeJSON)),
    ])
    frontier = Self.body(["envelopes": .array(overview.envelopes.map(\.frontierJSON))])
    index = overview.page(charts, liveRevision: revision)
    envelopes = Dictionary(
      overview.envelopes.enumerated().map { (EnvelopeFacts.path($0), $1.page(charts, liveRevision: revision)) },
      uniquingKeysWith: { first, _ in first })
    status = JSONObject([
      ("revision", .string(revision)), ("comparisons", .integer(overview.comparisons.count)),
      ("roles", .array(overview.roles.map(\.json))), ("registry_problem", problem),
      ("open_verdicts", .array(overview.openVerdicts.map(\.json))),
      ("without_verdict", .array(overview.unjudged.prefix(500).map(\.json))),
      ("last_night", records.lastNight ?? .null),
    ])
  }

  subscript(_ number: SessionNumber) -> Report.Comparison? { byNumber[number] }

  private static func body(_ object: JSONValue) -> String { object.serialized() + "\n" }
}

/// What a snapshot shows besides the overview.
struct SnapshotRecords: Sendable {
  /// Oldest first, those only that were made.
  var edits: [RegistryEditRecord]
  var lastNight: JSONValue?
  /// Why no role is known from the registry; nil where it was read.
  var registryProblem: String?
}
