import ArgumentParser
import Dataset
import Foundation
import JSON
import Store

struct QueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Query the database, or an exported dataset, by SQL that only reads.",
    discussion: """
      With --results the tables are those of the dataset (measurements, samples, verdicts, sessions, runs, envelopes, \
      incidents, host_readings, memory_traces, set_asides) and the SQL is DuckDB's; `origin` of sessions says whether one \
      was measured by the database that was exported. Without it they are those of the database (sessions, runs, samples, \
      turns, voids, verdicts, throughput and tool_turns among them) and the SQL is SQLite's; session_marks says of each \
      session where it comes from and whether it was set aside.

      resident query "SELECT model, median(value) FROM measurements WHERE metric = 'decode_tokens_per_second' \
      GROUP BY model" --results results

      Tables and CSV are for people: what a terminal or a workflow's log obeys is shown as spaces. JSON has every character.
      """)

  @Argument(help: "One SELECT statement.")
  var sql: String

  @Option(help: ArgumentHelp("Query the dataset in this folder.", valueName: "dir"), completion: .directory)
  var results: String?

  @OptionGroup var database: DatabaseOption
  @OptionGroup var engine: DuckDBOption

  @Option(help: "How rows are printed: \(DatasetQuery.Output.allCases.map(\.rawValue).joined(separator: ", ")).")
  var format: DatasetQuery.Output = .table

  @Flag(help: "Print one JSON object, whose rows are those of --format json.")
  var json = false

  func run() throws {
    let output = json ? .json : format
    guard let results else {
      var printer = RowPrinter(output, isDocument: json)
      try database.open(.readOnly).query(sql) { names, values in printer.add(names, values) }
      return printer.finish()
    }
    let engine = try engine.find()
    let published = try PublishedDataset(folder: URL(fileURLWithPath: results, isDirectory: true), engine: engine)
    guard let engine else { throw DatasetError.engineMissing }
    let rows = try DatasetQuery(published, engine: engine).run(sql, output: output)
    guard output == .json else { return Terminal.write(rows) }
    Terminal.write(serializedJSON: json ? RowPrinter.document(rows) : rows)
  }
}

extension DatasetQuery.Output: ExpressibleByArgument {}

/// Prints rows of a query: CSV row by row, a table or JSON at the end.
private struct RowPrinter {
  private let output: DatasetQuery.Output
  private let isDocument: Bool
  private var names: [String] = []
  private var rows: [[JSONValue]] = []

  init(_ output: DatasetQuery.Output, isDocument: Bool) {
    self.output = output
    self.isDocument = isDocument
  }

  /// The object that holds an array of rows, which stays as it is written.
  static func document(_ rows: String) -> String {
    "{\"schema\": \(CommandResult.schema), \"rows\": \(rows.trimmingCharacters(in: .whitespacesAndNewlines))}\n"
  }

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
      let rows = "[" + objects.map { $0.serialized() }.joined(separator: ",\n") + "]\n"
      Terminal.write(serializedJSON: isDocument ? Self.document(rows) : rows)
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

  /// One line of CSV, quoted as RFC 4180 says.
  private static func line(_ fields: [String]) -> String {
    fields.map { field in
      field.contains { ",\"\n\r".contains($0) } ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
    }.joined(separator: ",") + "\n"
  }
}
