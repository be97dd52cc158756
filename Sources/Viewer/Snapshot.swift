import JSON
import Report
import Store

/// The content of all responses except the evidence of single comparisons. It is made once per revision, never within a
/// request.
struct Snapshot: Sendable {
  /// The name of the state of the database and the registry, and so part of every response's tag.
  let revision: String
  private let byNumber: [SessionNumber: Report.Comparison]
  let lists: [List: [Item]]
  /// The body of `/api/roles`.
  let roles: String
  /// The body of `/api/frontier`.
  let frontier: String
  /// The page `index.html`.
  let index: String
  /// The pages of envelopes by their paths.
  let envelopes: [String: String]
  /// The page about memory and speed; nil where nothing was predicted.
  let fit: String?
  /// The members of `/api/status`, except `running`.
  let status: JSONObject

  enum List: String, Sendable {
    case comparisons
    case trends
  }

  /// An item of a list.
  struct Item: Sendable {
    /// The values that filters compare, by the filters' names.
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
    fit = overview.fitPage(liveRevision: revision)
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
  /// The edits that were made, oldest first.
  var edits: [RegistryEditRecord]
  /// The summary of the last night; nil if there was none.
  var lastNight: JSONValue?
  /// Why the registry could not be read; nil if it was.
  var registryProblem: String?
}

extension Snapshot.Item {
  fileprivate init(_ comparison: Report.Comparison) {
    var names = [
      "candidate": comparison.model(.candidate).rawValue, "resident": comparison.model(.resident).rawValue,
      "envelope": comparison.envelope, "outcome": comparison.outcome.rawValue,
    ]
    names["role"] = comparison.role?.rawValue
    self.init(names: names, json: comparison.json.serialized())
  }

  fileprivate init(_ trend: Trend, envelope: String) {
    var object = trend.json.object ?? JSONObject()
    object["envelope"] = .string(envelope)
    self.init(
      names: [
        "envelope": envelope, "model": trend.model.rawValue, "metric": trend.metric.rawValue,
        "cell": trend.cell.rawValue,
      ],
      json: JSONValue.object(object).serialized())
  }
}

extension EnvelopeFacts {
  /// The models as they stand, without trends.
  fileprivate var frontierJSON: JSONValue {
    ["id": .string(id), "comparisons": .integer(comparisons), "lanes": .array(models.map(\.json))]
  }
}

extension RegistryEditRecord {
  /// A change of a role, without its author and its file.
  fileprivate var changeJSON: JSONValue {
    [
      "at_s": .number(requestedAt), "role": .string(role.rawValue), "from": .string(from.rawValue),
      "to": .string(to.rawValue), "kind": .string(kind.rawValue),
      "comparison": comparison.map { .integer(Int($0.rawValue)) } ?? .null,
    ]
  }
}
