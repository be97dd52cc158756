import JSON
import Vocabulary

/// The ids of a file's cells, taken before they are read, so that a promotion rule that names a cell with a problem of
/// its own is not reported as well.
struct DeclaredCells {
  /// Each cell's id with the path of its `id`, in file order.
  let all: [(path: String, name: String)]
  private let throughput: Set<String>
  private let accuracy: Set<String>
  /// Accuracy tasks whose items are texts, by kind.
  private let texts: [AccuracyTask.Kind: Set<String>]

  init(_ source: JSONValue) {
    let throughput = Self.ids(in: source, "throughput")
    let accuracy = Self.ids(in: source, "accuracy")
    self.all = throughput + accuracy
    self.throughput = Set(throughput.map(\.name))
    var texts: [AccuracyTask.Kind: Set<String>] = [:]
    for task in source["accuracy"]?.array ?? [] {
      guard let id = task["id"]?.string, let kind = task["kind"]?.string.flatMap(AccuracyTask.Kind.init(rawValue:)),
        kind.isText
      else { continue }
      texts[kind, default: []].insert(id)
    }
    self.texts = texts
    self.accuracy = Set(accuracy.map(\.name)).subtracting(texts.values.joined())
  }

  /// What is wrong with a metric of that cell, or nil.
  func mismatch(of metric: Metric, with cell: String) -> String? {
    let fitting: Set<String>
    let kind: String
    switch metric {
    case .perplexity: (fitting, kind) = (texts[.perplexity] ?? [], "perplexity task")
    case .divergence: (fitting, kind) = (texts[.divergence] ?? [], "divergence task")
    case .accuracy, .flips: (fitting, kind) = (accuracy, "accuracy task")
    default: (fitting, kind) = (throughput, "throughput cell")
    }
    let others = throughput.union(accuracy).union(texts.values.joined())
    if fitting.contains(cell) { return nil }
    let known = fitting.isEmpty ? "there is none" : "known: \(fitting.sorted().joined(separator: ", "))"
    return others.contains(cell)
      ? "\(metric) is measured by \(kind)s, and \(Quoted.text(cell)) is none; \(known)"
      : "there is no \(kind) \(Quoted.text(cell)); \(known)"
  }

  private static func ids(in source: JSONValue, _ section: String) -> [(path: String, name: String)] {
    (source[section]?.array ?? []).enumerated().compactMap { index, cell in
      cell["id"]?.string.map { ("\(section)[\(index)].id", $0) }
    }
  }
}
