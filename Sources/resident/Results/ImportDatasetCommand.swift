import ArgumentParser
import Dataset
import Foundation
import JSON

struct ImportDatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Merge an exported dataset, of any host, into the database.",
    discussion: """
      Sessions and verdicts that the database has are left as they are, so importing twice changes nothing. A shard \
      whose bytes do not have the hash in its name is refused.
      """)

  @Argument(help: ArgumentHelp("The dataset's folder.", valueName: "dir"), completion: .directory)
  var dataset = "results"

  @OptionGroup var database: DatabaseOption
  @OptionGroup var engine: DuckDBOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let published = try PublishedDataset(
      folder: URL(fileURLWithPath: dataset, isDirectory: true), engine: try engine.find())
    let report = try DatasetImporter(published, into: try database.open(.readWrite)).run()
    if json {
      let object: JSONValue = [
        "sessions": .integer(report.sessions), "samples": .integer(report.samples),
        "verdicts": .integer(report.verdicts), "unchanged_sessions": .integer(report.unchanged),
      ]
      return Terminal.write(object)
    }
    Terminal.write(
      "\(report.sessions) new sessions with \(report.samples) samples, \(report.verdicts) new verdicts, "
        + "\(report.unchanged) sessions unchanged\n")
  }
}
