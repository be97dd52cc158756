import Envelopes
import Measurements
import Platform

/// The rules as one aligned table: what was measured, the effect on a common axis, and what became of each.
struct EvidenceTable {
  private let parts: [VerdictFace.Part]
  private let sureness: String
  private let width: Int
  private let titleWidth: Int
  private let valueWidths: [Int]
  private let stateWidth: Int
  private let axis: EffectBar.Axis?
  private let showsValues: Bool

  private static let gap = "  "
  private static let leastBar = 20
  private static let greatestBar = 44

  /// - Parameter width: Of a line, in characters.
  init(of face: VerdictFace, width: Int) { self.init(face.parts, face.sureness, width: width) }

  private init(_ parts: [VerdictFace.Part], _ sureness: String, width: Int) {
    self.parts = parts
    self.sureness = sureness
    self.width = width
    let rows = parts.flatMap(\.rows)
    let (values, states) = (Self.values(rows), rows.map(\.state.rawValue.count).max() ?? 0)
    valueWidths = values
    stateWidth = max(states, "state".count)
    let effect = values[2] + Self.gap.count
    let both = values[0] + values[1] + 2 * Self.gap.count
    let fixed = effect + stateWidth + Self.gap.count
    let title = rows.map { $0.title.count + 2 }.max() ?? 0
    showsValues = width - fixed - both >= min(title, 24)
    let left = width - fixed - (showsValues ? both : 0)
    titleWidth = max(min(title, left), 12)
    let room = left - titleWidth - Self.gap.count
    let remark = rows.map(\.remark.count).max() ?? 0
    let bars = rows.compactMap(\.bar)
    axis =
      showsValues && room >= max(Self.leastBar, min(remark, 34)) && !bars.isEmpty
      ? EffectBar.Axis(bars, width: min(room, Self.greatestBar)) : nil
  }

  private static func values(_ rows: [EvidenceRow]) -> [Int] {
    [\EvidenceRow.resident, \.candidate, \.effect].enumerated().map { index, path in
      max(rows.map { $0[keyPath: path].count }.max() ?? 0, EvidenceRow.columns[index].count)
    }
  }

  /// The rules of a comparison that runs, without what the marks mean.
  static func running(_ parts: [VerdictFace.Part], width: Int) -> [String] {
    EvidenceTable(parts, "", width: width).body { $0 }
  }

  func lines(_ style: (String) -> String) -> [String] {
    parts.isEmpty ? [] : [""] + body(style) + [""] + legend
  }

  private func body(_ style: (String) -> String) -> [String] {
    var lines = [line("", EvidenceRow.columns, axis?.directions ?? "", "state") { $0 }]
    for part in parts {
      let labels = lines.count == 1 ? axis?.labels ?? "" : ""
      lines.append(line(part.title, ["", "", ""], labels, "") { $0 })
      lines += part.rows.map { rowLine($0, style) }
    }
    return lines
  }

  private func rowLine(_ row: EvidenceRow, _ style: (String) -> String) -> String {
    let bar = axis.map { axis in row.bar?.drawn(on: axis) ?? row.remark } ?? ""
    return line("  " + row.title, [row.resident, row.candidate, row.effect], bar, row.state.rawValue, style)
  }

  private func line(
    _ title: String, _ values: [String], _ bar: String, _ state: String, _ style: (String) -> String
  ) -> String {
    var cells = [Self.fitted(title, titleWidth)]
    for (index, value) in values.enumerated() where showsValues || index == 2 {
      cells.append(String(repeating: " ", count: valueWidths[index] - value.count) + value)
    }
    if let axis { cells.append(Self.fitted(bar, axis.width)) }
    let line = cells.joined(separator: Self.gap) + Self.gap
    return state.isEmpty ? String(line.trimmingTrailingSpaces) : line + style(state)
  }

  /// Padded, or cut with an ellipsis.
  private static func fitted(_ text: String, _ width: Int) -> String {
    let text = text.printable
    if text.count > width { return text.prefix(width - 1) + "…" }
    return text + String(repeating: " ", count: width - text.count)
  }

  private var legend: [String] {
    guard axis != nil else {
      return "Intervals are \(sureness); those of rates hold at every look.".wrapped(width: width)
    }
    return "● estimate · ├─┤ interval (\(sureness); of rates valid at every look) · ¦ limit · ╌ no bound yet"
      .wrapped(width: width, indentation: 2)
  }
}

extension [VerdictFace.Part] {
  /// The rules as one aligned table for a terminal on which it is redrawn; empty without rules.
  ///
  /// - Parameter width: Of a line, in characters.
  public func runningLines(width: Int) -> [String] {
    isEmpty ? [] : EvidenceTable.running(self, width: Swift.max(width, 60))
  }

  /// The same in one line: `throughput, short-prompt +29.7 % (+12.0 % to +50.1 %) open`.
  public var runningLine: String {
    flatMap(\.rows).map { row in
      let interval = row.bar.flatMap { bar in
        bar.isBounded ? " (\(Figures.axis(bar.lower)) to \(Figures.axis(bar.upper)) better)" : nil
      }
      return "\(row.title) \(row.effect)\(interval ?? "") \(row.state.rawValue)"
    }.joined(separator: "; ")
  }
}
