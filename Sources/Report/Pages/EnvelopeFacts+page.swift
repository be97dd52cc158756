import Foundation
import JSON
import Measurements

extension EnvelopeFacts {
  /// The path of an envelope's page relative to the index.
  ///
  /// - Parameter index: The envelope's among ``Overview/envelopes``.
  public static func path(_ index: Int) -> String { "envelopes/\(index + 1).html" }

  /// All models under the envelope: speed against accuracy, figures side by side, and trends over nights.
  ///
  /// - Parameters:
  ///   - charts: Nil for a page without charts.
  ///   - liveRevision: The revision of the server that the page comes from; nil for a file.
  public func page(_ charts: ChartLibrary?, liveRevision: String? = nil) -> String {
    let figures =
      charts == nil
      ? []
      : [
        ChartFigure(kind: "frontier", caption: "Speed against right answers, one host at a time"),
        ChartFigure(kind: "lanes", caption: "Models side by side, each by its last comparison"),
      ]
    let trend = charts.map { _ in
      ChartFigure(
        kind: "trends",
        caption: "Over nights on one host; a diamond marks a change of weights, engine, envelope or environment"
      ).html
    }
    return HTMLPage(
      title: "Resident: \(id)", root: "../", scripts: charts.map(ReportAsset.charts) ?? [],
      facts: charts.map { _ in
        ["lanes": .array(models.map(\.json)), "trends": .array(trends.map(\.pointsJSON))]
      },
      liveRevision: liveRevision,
      body: """
        <nav><a href="../index.html">Roles and comparisons</a></nav>
        <h1>\(id.htmlText)</h1>
        <p class="faint">\(comparisons == 1 ? "1 comparison" : "\(comparisons) comparisons") with a verdict. Figures of different hosts are not comparable.</p>
        <h2>Models</h2>
        <div class="charts">
        \(figures.map(\.html).joined())</div>
        <details\(charts == nil ? " open" : "")><summary>\(models.count) models as a table</summary>
        \(modelsTable(root: "../"))</details>
        <h2>Trends</h2>
        \(trend ?? "")<details\(charts == nil ? " open" : "")><summary>\(trends.count) trends as a table</summary>
        \(trendsTable)</details>
        \(charts == nil ? "<p class=\"faint\">\(ChartLibrary.advice.htmlText)</p>\n" : "")
        """
    ).text
  }

  /// - Parameter root: The way to the report's folder.
  func modelsTable(root: String) -> String {
    let rows = models.map { model in
      [
        model.model.rawValue.htmlText(atMost: 80), "\(model.chip) \(model.host.prefix(8))".htmlText(atMost: 60),
        model.speed.map { Self.text($0) } ?? "", model.accuracy.map { Self.text($0 * 100) } ?? "",
        model.peakMemoryBytes > 0 ? Self.text(Double(model.peakMemoryBytes) / 1e6) : "",
        model.isOnFrontier ? "yes" : "",
        "<a href=\"\(root)comparisons/\(model.comparison).html\">\(model.comparison)</a>", model.origin.kind,
      ]
    }
    return HTMLTable(
      heads: ["model", "host", "tokens/s", "right, %", "peak memory, MB", "on the frontier", "comparison", "origin"],
      rows: rows
    ).html
  }

  private var trendsTable: String {
    let rows = trends.map { trend -> [String] in
      let changes = Set(trend.points.flatMap(\.changes)).sorted().joined(separator: ", ")
      func text(_ point: Trend.Point?) -> String {
        point.map { "\(Self.text($0.value)) (\($0.startedAt.day))" } ?? ""
      }
      return [
        trend.model.rawValue.htmlText(atMost: 80), "\(trend.chip) \(trend.host.prefix(8))".htmlText(atMost: 60),
        trend.metric.title.htmlText,
        trend.cell.rawValue.htmlText(atMost: 60),
        trend.metric.unit,
        text(trend.points.first), text(trend.points.last), "\(trend.points.count)", changes, trend.origin,
      ]
    }
    return HTMLTable(
      heads: ["model", "host", "metric", "cell", "unit", "first", "last", "comparisons", "changes", "origin"],
      rows: rows
    ).html
  }

  private static func text(_ value: Double) -> String { String(format: "%.4g", value) }
}

extension MeasuredModel {
  /// Whether both its speed and its accuracy are known.
  var isComparable: Bool { speed != nil && accuracy != nil }

  /// The members that a point of the frontier needs.
  var pointJSON: JSONValue {
    [
      "model": .string(String(model.rawValue.prefix(120))), "host": .string(host),
      "chip": .string(String(chip.prefix(60))),
      "peak_memory_bytes": .integer(Int(peakMemoryBytes)),
      "speed_tokens_per_second": .init(speed), "accuracy": .init(accuracy), "is_on_frontier": .bool(isOnFrontier),
    ]
  }
}

extension Trend {
  /// The members of ``json`` with each point as an array: comparison, seconds since 1970, value, changes.
  fileprivate var pointsJSON: JSONValue {
    [
      "model": .string(model.rawValue), "host": .string(host), "chip": .string(String(chip.prefix(60))),
      "cell": .string(cell.rawValue),
      "metric": .string(metric.rawValue), "unit": .string(metric.unit), "direction": .string(metric.direction.rawValue),
      "points": .array(
        points.map {
          [
            .integer(Int($0.comparison.rawValue)), .init($0.startedAt), .init($0.value),
            .string($0.changes.joined(separator: ", ")),
          ]
        }),
    ]
  }
}
