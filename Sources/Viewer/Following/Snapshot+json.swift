import JSON
import Report
import Store

extension Snapshot.Item {
  init(_ comparison: Report.Comparison) {
    var names = [
      "candidate": comparison.model("candidate"), "resident": comparison.model("resident"),
      "envelope": comparison.envelope, "outcome": comparison.outcome,
    ]
    names["role"] = comparison.role
    self.init(names: names, json: comparison.json.serialized())
  }

  init(_ trend: Trend, envelope: String) {
    var object = trend.json.object ?? JSONObject()
    object["envelope"] = .string(envelope)
    self.init(
      names: ["envelope": envelope, "model": trend.model, "metric": trend.metric, "cell": trend.cell],
      json: JSONValue.object(object).serialized())
  }
}

extension EnvelopeFacts {
  /// The models as they stand, without how they came there.
  var frontierJSON: JSONValue {
    ["id": .string(id), "comparisons": .integer(comparisons), "lanes": .array(lanes.map(\.json))]
  }
}

extension RegistryEditRecord {
  /// A change of a role, without who asked for it and which file it is of.
  var changeJSON: JSONValue {
    [
      "at_s": .number(requestedAt), "role": .string(role.rawValue), "from": .string(from.rawValue),
      "to": .string(to.rawValue), "kind": .string(kind.rawValue),
      "comparison": comparison.map { .integer(Int($0.rawValue)) } ?? .null,
    ]
  }
}
