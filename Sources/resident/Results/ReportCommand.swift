import ArgumentParser
import Foundation
import ModelRegistry
import Report
import Store
import Vocabulary

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write pages and RANKINGS.md of all comparisons' recorded verdicts.",
    discussion: "The pages need no network. A comparison has a verdict once it ended or `resident promote` judged it.")

  @Option(
    help: ArgumentHelp("The folder to write index.html, a page a comparison and RANKINGS.md to.", valueName: "dir"),
    completion: .directory)
  var out = "report"

  @Option(help: ArgumentHelp("With --json: one comparison with every block's evidence.", valueName: "number"))
  var comparison: Int64?

  @Flag(help: "Print what the pages show as one JSON object, and write no page.") var json = false

  @OptionGroup var registry: RegistryOption
  @OptionGroup var database: DatabaseOption

  func validate() throws {
    if comparison != nil && !json { throw ValidationError("--comparison goes with --json.") }
  }

  func run() throws {
    let store = try database.open(.readOnly)
    if let comparison { return Terminal.write(try detail(comparison, store).json.serialized(.pretty) + "\n") }
    let overview = try Overview(store, registry: roles())
    if json { return Terminal.write(overview.json.serialized(.pretty) + "\n") }
    let report = Report(try store.verdicts(of: nil))
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

  private func detail(_ number: Int64, _ store: MeasurementStore) throws -> ComparisonDetail {
    let session = SessionNumber(rawValue: number)
    guard let comparison = Report(try store.verdicts(of: session)).comparisons.first else {
      throw ValidationError("Session \(number) has no recorded verdict; `resident promote --dry-run` records one.")
    }
    return try ComparisonDetail(comparison, in: store)
  }

  /// What the registry says where there is one; a report needs none.
  private func roles() throws -> [Role: ModelID] {
    guard FileManager.default.fileExists(atPath: registry.file.url.path) else { return [:] }
    return Dictionary(
      try registry.file.read().entries.map { ($0.role, $0.id) }, uniquingKeysWith: { first, _ in first })
  }
}
