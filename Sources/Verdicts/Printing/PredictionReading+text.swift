import Measurements

extension PredictionReading {
  /// What was predicted of some runs beside what they measured, for a terminal, ending in a newline; empty without runs.
  ///
  /// - Parameter width: Characters per line; below 60 counts as 60.
  public static func text(_ readings: [PredictionReading], width: Int) -> String {
    let rows = readings.flatMap(\.rows)
    guard !rows.isEmpty else { return "" }
    let head = ["AS PREDICTED", "predicted", "measured", "off", "of the limit"]
    let table = TextTable(aligning: [head] + rows)
    let lines =
      table.width <= max(width, 60)
      ? ([head] + rows).map { table.line($0) }
      : [head[0]]
        + rows.flatMap { row in
          let parts = zip(head, row).dropFirst().filter { $0.1 != "-" }.map { "\($0.0) \($0.1)" }
          return "\(row[0]): \(parts.joined(separator: ", "))".wrapped(width: max(width, 60), indentation: 2)
        }
    return lines.joined(separator: "\n") + "\n"
  }

  private var rows: [[String]] {
    let name = side.map { "\($0.rawValue), " } ?? ""
    let memory = [
      "  \(name)peak memory", Figures.bytes(Int64(self.memory.total)),
      peakMemoryBytes.map { Figures.bytes(Int64($0)) } ?? "-", memoryError.map(Figures.signedPercent) ?? "-", "-",
    ]
    return [memory]
      + decode.map { cell in
        let rate = cell.predicted.rate
        return [
          "  \(name)decode, \(cell.predicted.cell.rawValue)".printable,
          rate.map {
            "\(Figures.measured($0.value)) t/s (\(Figures.brief($0.lower)) … \(Figures.brief($0.upper)))"
          } ?? "-",
          "\(Figures.measured(cell.measured)) t/s", cell.error.map(Figures.signedPercent) ?? "-",
          Figures.brief(percent: cell.share),
        ]
      }
  }
}
