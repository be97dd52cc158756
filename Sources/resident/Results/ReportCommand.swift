import ArgumentParser
import Foundation
import Report

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write a page and RANKINGS.md of all comparisons' recorded verdicts.",
    discussion: "The page needs no network. A comparison has a verdict once it ended or `resident promote` judged it.")

  @Option(help: ArgumentHelp("The folder to write index.html and RANKINGS.md to.", valueName: "dir"))
  var out = "report"

  @OptionGroup var database: DatabaseOption

  func run() throws {
    let report = Report(try database.open(.readOnly).verdicts(of: nil))
    let folder = URL(fileURLWithPath: out, isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(report.page.utf8).write(to: folder.appendingPathComponent("index.html"), options: .atomic)
    try Data(report.rankings.utf8).write(to: folder.appendingPathComponent("RANKINGS.md"), options: .atomic)
    Terminal.write("\(report.comparisons.count) comparisons in \(folder.path)\n")
  }
}
