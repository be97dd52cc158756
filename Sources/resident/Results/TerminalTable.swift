import Verdicts

/// A headed table of texts, columns aligned to the left.
struct TerminalTable {
  private let rows: [[String]]

  /// - Parameter rows: As many cells as there are columns; names from outside may hold anything.
  init(_ columns: [String], _ rows: [[String]]) {
    self.rows = [columns] + rows.map { $0.map(\.printable) }
  }

  /// Each line ends with a line feed.
  func text(_ style: TerminalStyle) -> String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = "  "
      for (column, cell) in row.enumerated() {
        // The colour's own characters take no width.
        line += style.paint(cell, TerminalStyle.colour(of: cell))
        if column < row.count - 1 { line += String(repeating: " ", count: widths[column] - cell.count + 2) }
      }
      return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }
}
