import JSON
import Measurements

/// The ids of a file's cells, collected before the cells are read, so that a promotion rule that names a cell with a
/// problem is not reported as well.
struct DeclaredCells {
  /// Each cell's id with the path of its `id`, in file order.
  let all: [(path: String, name: String)]
  private let names: [Metric.Source: Set<String>]
  /// Routing tasks whose threshold is fitted to their requests.
  private let calibrated: Set<String>

  init(_ source: JSONValue) {
    let throughput = Self.ids(in: source, "throughput")
    let accuracy = Self.ids(in: source, "accuracy")
    let loops = Self.ids(in: source, "tool_loops")
    let embedding = Self.ids(in: source, "embedding")
    let endurance = Self.ids(in: source, "endurance")
    self.all = throughput + accuracy + loops + embedding + endurance
    let live = Set(
      (source["tool_loops"]?.array ?? []).compactMap { $0["mode"]?.string == "live" ? $0["id"]?.string : nil })
    let replay = Set(loops.map(\.name)).subtracting(live)
    let perplexity = Self.ids(in: source, ofKind: .perplexity)
    let divergence = Self.ids(in: source, ofKind: .divergence)
    let similarity = Self.ids(in: source, ofKind: .similarity)
    calibrated = Set(
      (source["accuracy"]?.array ?? []).compactMap { task in
        task["router"]?["threshold"]?.string == "calibrated" ? task["id"]?.string : nil
      })
    names = [
      .throughput: Set(throughput.map(\.name)), .replay: replay, .live: live, .perplexity: perplexity,
      .divergence: divergence, .routing: Self.ids(in: source, ofKind: .routing),
      .retrieval: Self.ids(in: source, ofKind: .retrieval), .similarity: similarity,
      .embedding: Set(embedding.map(\.name)), .endurance: Set(endurance.map(\.name)),
      .accuracy: Set(accuracy.map(\.name)).subtracting(perplexity.union(divergence).union(similarity)),
    ]
  }

  /// Why a metric can't be of that cell; nil if it can.
  func mismatch(of metric: Metric, with cell: String) -> String? {
    let fitting = metric.sources.reduce(into: Set<String>()) { $0.formUnion(names[$1] ?? []) }
    if fitting.contains(cell) { return nil }
    let kind = metric.sources.map(\.rawValue).joined(separator: " or ")
    let known = fitting.isEmpty ? "there is none" : "known: \(fitting.sorted().joined(separator: ", "))"
    return names.values.contains { $0.contains(cell) }
      ? "\(metric) is measured by \(kind)s, and \(Quoted.text(cell)) is none; \(known)"
      : "there is no \(kind) \(Quoted.text(cell)); \(known)"
  }

  /// Why a win must not rest on that metric of that cell; nil if it may.
  ///
  /// The turns of a live loop depend on each other, since what went wrong once stays in the history: whatever their number,
  /// it is one observation. So do requests that are judged by one threshold, which is fitted to them.
  func objection(toWinBy metric: Metric, in cell: String) -> String? {
    if names[.live]?.contains(cell) == true {
      return "is one live loop, whose turns depend on each other: it can have guardrails, but shows no gain"
    }
    if calibrated.contains(cell), [.accuracy, .noneAccuracy].contains(metric) {
      return "has a calibrated threshold, with which \(metric) of all requests moves at once: "
        + "it can have guardrails, but shows no gain"
    }
    return nil
  }

  /// The ids of the accuracy tasks of one kind.
  private static func ids(in source: JSONValue, ofKind kind: AccuracyTask.Kind) -> Set<String> {
    Set(
      (source["accuracy"]?.array ?? []).compactMap { task in
        task["kind"]?.string == kind.rawValue ? task["id"]?.string : nil
      })
  }

  private static func ids(in source: JSONValue, _ section: String) -> [(path: String, name: String)] {
    (source[section]?.array ?? []).enumerated().compactMap { index, cell in
      cell["id"]?.string.map { ("\(section)[\(index)].id", $0) }
    }
  }
}
