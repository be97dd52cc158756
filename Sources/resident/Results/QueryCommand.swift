import ArgumentParser
import Dataset
import Foundation
import JSON
import Store

struct QueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Ask the database, or an exported dataset, by SQL that reads only.",
    discussion: """
      With --results the tables are those of the dataset (measurements, samples, verdicts, sessions, runs, envelopes) \
      and the SQL is DuckDB's. Without it they are those of the database (sessions, runs, samples, turns, voids, \
      verdicts, throughput and tool_turns among them) and the SQL is SQLite's.

      resident query "SELECT model, median(value) FROM measurements WHERE metric = 'decode_tokens_per_second' \
      GROUP BY model" --results results
      """)

  @Argument(help: "One SELECT statement.")
  var sql: String

  @Option(help: ArgumentHelp("Ask the dataset in this folder.", valueName: "dir"), completion: .directory)
  var results: String?

  @OptionGroup var database: DatabaseOption
  @OptionGroup var engine: DuckDBOption

  @Option(help: "How rows are printed: \(DatasetQuery.Output.allCases.map(\.rawValue).joined(separator: ", ")).")
  var format: DatasetQuery.Output = .table

  @Flag(help: "The same as --format json.")
  var json = false

  func run() throws {
    let output = json ? .json : format
    guard let results else {
      var printer = RowPrinter(output)
      try database.open(.readOnly).query(sql) { names, values in printer.add(names, values) }
      return printer.finish()
    }
    let engine = try engine.find()
    let published = try PublishedDataset(folder: URL(fileURLWithPath: results, isDirectory: true), engine: engine)
    guard let engine else { throw DatasetError.engineMissing }
    try DatasetQuery(published, engine: engine).run(sql, output: output, to: .standardOutput)
  }
}

extension DatasetQuery.Output: ExpressibleByArgument {}
