import Dataset
import JSON

/// Prints rows of a query: CSV row by row, a table or JSON in the end.
struct RowPrinter {
  private let output: DatasetQuery.Output
  private var names: [String] = []
  private var rows: [[JSONValue]] = []

  init(_ output: DatasetQuery.Output) { self.output = output }

  mutating func add(_ names: [String], _ values: [JSONValue]) {
    if output == .csv {
      if self.names.isEmpty { Terminal.write(Self.line(names)) }
      Terminal.write(Self.line(values.map(Self.text)))
    } else {
      rows.append(values)
    }
    self.names = names
  }

  func finish() {
    switch output {
    case .csv: break
    case .json:
      let objects = rows.map { JSONValue.object(JSONObject(Array(zip(names, $0)))) }
      Terminal.write("[" + objects.map { $0.serialized() }.joined(separator: ",\n") + "]\n")
    case .table: Terminal.write(table)
    }
  }

  /// Drawn like DuckDB's, so that both sources look alike.
  private var table: String {
    guard !names.isEmpty else { return "" }
    let cells = [names] + rows.map { $0.map { Self.text($0).replacing("\n", with: "\\n") } }
    let widths = names.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    let rule = "+" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "+") + "+\n"
    let lines = cells.map { row in
      "| " + zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: " | ")
        + " |\n"
    }
    return rule + (lines.first ?? "") + rule + lines.dropFirst().joined() + rule
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: ""
    case .string(let text): text
    default: value.serialized()
    }
  }

  /// As RFC 4180 quotes.
  private static func line(_ fields: [String]) -> String {
    fields.map { field in
      field.contains { ",\"\n\r".contains($0) } ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
    }.joined(separator: ",") + "\n"
  }
}
