extension Metric {
  /// The name, unit, direction and comparison of every metric, as the rows of a table with a header.
  public static var table: [[String]] {
    [["metric", "what it is", "unit", "better is", "compared by", "measured in"]]
      + allCases.map { metric in
        [
          metric.rawValue, metric.title, metric.unit, metric.direction.rawValue, metric.comparison.title,
          metric == .peakMemory ? "the run" : metric.sources.map { "\($0.rawValue)s" }.joined(separator: ", "),
        ]
      }
  }

  /// The table as Markdown, ending in a newline.
  public static var markdownTable: String {
    var lines = table.map { "| \($0.joined(separator: " | ")) |" }
    lines.insert("| --- | --- | --- | --- | --- | --- |", at: 1)
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Metric.Comparison {
  /// For people.
  public var title: String {
    switch self {
    case .ratio: "ratio of paired samples"
    case .difference: "difference of shares, item by item"
    case .share: "the share itself"
    case .bound: "ratio of the two"
    case .nats: "mean difference, token by token"
    }
  }
}
