import Envelopes
import JSON
import Measurements

extension Envelope {
  /// The envelope of a short measurement of a new candidate: every cell once, one item per task, no loops; of a
  /// router's embedding model one request, for which all skills are indexed, or a query with all documents.
  ///
  /// Nothing is ever judged by it: it measures one model alone, under another hash. Nil if nothing would be left.
  public var screening: Envelope? {
    guard var source = source.object else { return nil }
    source["id"] = .string(String("\(id)-screening".prefix(64)))
    source["description"] = "A short look at a new candidate; never scored."
    // One model alone has no pairs, so the plainer schema serves every envelope.
    source["schema"] = .integer(EnvelopeSchema.blocks.rawValue)
    source["plan"] = [
      "blocks": 1, "warm_ups": 1, "order_seed": .integer(Int(clamping: plan.orderSeed)), "void_limit": 0.5,
    ]
    for key in ["primary", "unguarded"] { source["promotion"]?.set(key, nil) }
    for key in ["tool_sets", "traces", "tool_loops", "embedding", "endurance", "environment"] { source[key] = nil }
    let tasks = (source["accuracy"]?.array ?? []).map { task -> JSONValue in
      var task = task
      let fewest = task["kind"]?.string == AccuracyTask.Kind.similarity.rawValue ? AccuracyTask.fewestPairs : 1
      task.set("items", .array(Array((task["items"]?.array ?? []).prefix(fewest))))
      return task
    }
    source["accuracy"] = .array(tasks.filter { $0["kind"]?.string != "divergence" })
    // A rule must name cells that exist; what it asks for does not matter here. A model that makes vectors has no
    // throughput cells: it routes a request, answers a query or compares texts.
    let vectors = accuracy.first { $0.kind.isOfVectors }
    guard let cell = throughput.first?.id ?? vectors?.id else { return nil }
    let metric: Metric =
      throughput.isEmpty ? (vectors?.kind == .similarity ? .rankCorrelation : .accuracy) : .cumulativeTokensPerSecond
    source["promotion"]?.set(
      "objectives",
      [["metric": .string(metric.rawValue), "cell": .string(cell.rawValue), "min_effect": 0.01]])
    source["promotion"]?.set("guardrails", [["metric": "peak_memory_bytes", "margin": 0.5]])
    return try? Envelope(source: .object(source))
  }
}

extension JSONValue {
  fileprivate mutating func set(_ name: String, _ value: JSONValue?) {
    guard var object else { return }
    object[name] = value
    self = .object(object)
  }
}
