import JSON

/// An envelope with the tasks of public sets added.
public enum ImportedTasks {
  /// The envelope with those tasks after its own, under an id of its own, and with a guardrail for each task of options
  /// that has at least 1,000 items: a margin of two points.
  ///
  /// - Throws: `.notAnEnvelope`.
  public static func adding(_ tasks: [JSONValue], to base: JSONValue) throws(TaskSourceError) -> JSONValue {
    guard var object = base.object, let id = object["id"]?.string, let own = object["accuracy"]?.array,
      var promotion = object["promotion"]?.object, let guardrails = promotion["guardrails"]?.array
    else { throw .notAnEnvelope(reason: "id, accuracy or promotion is missing") }
    object["id"] = .string(id + "-tasks")
    object["accuracy"] = .array(own + tasks)
    let resolved = tasks.filter { $0["kind"] == "multiple_choice" && $0["items"]?.array?.count ?? 0 >= 1000 }
    promotion["guardrails"] = .array(
      guardrails
        + resolved.map { ["metric": "accuracy", "cell": $0["id"] ?? .null, "margin": 0.02] })
    object["promotion"] = .object(promotion)
    return .object(object)
  }
}
