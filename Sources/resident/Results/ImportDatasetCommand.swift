import ArgumentParser
import Dataset
import Foundation
import JSON
import Measurements
import Runner

struct ImportDatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Merge an exported dataset, of any host, into the database.",
    discussion: """
      Example: resident import results/

      All of it is merged, or nothing: a file that does not have the hash in its name, a signature that is not of its \
      batch, and a row that no measurement can have are errors that name the file, the row and the column, with exit code \
      2. Sessions and verdicts that the database has are left as they are, so importing twice changes nothing.

      Imported sessions are shown as such, and decide nothing: they are pooled with none that was measured here, count for \
      no maturity and no challenge, and cannot be promoted, unless the registry's policy lists their host and the key that \
      signed them.
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
    let report = try DatasetImporter(
      published, into: try database.open(.readWrite), named: dataset, here: Measurements.Host.current
    ).run()
    if json {
      let object: JSONValue = [
        "sessions": .integer(report.sessions), "samples": .integer(report.samples),
        "verdicts": .integer(report.verdicts), "unchanged_sessions": .integer(report.unchanged),
        "signed_sessions": .integer(report.signed), "left_out": .integer(report.leftOut),
      ]
      return Terminal.write(result: object)
    }
    Terminal.write(
      "\(report.sessions.counted("new session")) with \(report.samples.counted("sample")), \(report.verdicts.counted("new verdict")), "
        + "\(report.unchanged.counted("session")) unchanged\n")
    if report.sessions > 0 {
      Terminal.write(
        "\(report.signed) of the new sessions \(report.signed == 1 ? "is" : "are") signed; imports decide nothing unless the policy lists their host and "
          + "the key\n")
    }
    if report.leftOut > 0 {
      Terminal.writeError(
        "\(report.leftOut.counted("verdict or set-aside", plural: "verdicts or set-asides")) of sessions that this dataset did not bring left out\n"
      )
    }
  }
}
