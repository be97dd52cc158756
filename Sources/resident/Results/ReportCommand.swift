import ArgumentParser
import Foundation
import Report

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write pages and RANKINGS.md of all comparisons' recorded verdicts.",
    discussion: "The pages need no network. A comparison has a verdict once it ended or `resident promote` judged it.")

  @Option(
    help: ArgumentHelp("The folder to write index.html, a page a comparison and RANKINGS.md to.", valueName: "dir"),
    completion: .directory)
  var out = "report"

  @OptionGroup var database: DatabaseOption

  func run() throws {
    let report = Report(try database.open(.readOnly).verdicts(of: nil))
    let folder = URL(fileURLWithPath: out, isDirectory: true)
    let pages = folder.appendingPathComponent("comparisons", isDirectory: true)
    try FileManager.default.createDirectory(at: pages, withIntermediateDirectories: true)
    for comparison in report.comparisons {
      try Data(comparison.page.utf8).write(to: folder.appendingPathComponent(comparison.path), options: .atomic)
    }
    try Data(report.page.utf8).write(to: folder.appendingPathComponent("index.html"), options: .atomic)
    try Data(report.rankings.utf8).write(to: folder.appendingPathComponent("RANKINGS.md"), options: .atomic)
    Terminal.write("\(report.comparisons.count) comparisons in \(folder.path)\n")
  }
}
