import JSON
import Vocabulary

/// The ids of a file's cells, taken before they are read, so that a promotion rule that names a cell with a problem of
/// its own is not reported as well.
struct DeclaredCells {
  /// Each cell's id with the path of its `id`, in file order.
  let all: [(path: String, name: String)]
  private let throughput: Set<String>
  private let accuracy: Set<String>

  init(_ source: JSONValue) {
    let throughput = Self.ids(in: source, "throughput")
    let accuracy = Self.ids(in: source, "accuracy")
    self.all = throughput + accuracy
    self.throughput = Set(throughput.map(\.name))
    self.accuracy = Set(accuracy.map(\.name))
  }

  /// What is wrong with a metric of that cell, or nil.
  func mismatch(of metric: Metric, with cell: String) -> String? {
    let (fitting, others, kind) =
      metric.isOfThroughput ? (throughput, accuracy, "throughput cell") : (accuracy, throughput, "accuracy task")
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
