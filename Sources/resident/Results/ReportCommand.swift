import ArgumentParser
import Foundation
import Measurements
import ModelRegistry
import Report
import Store

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write pages with charts, and RANKINGS.md, of roles and recorded verdicts.",
    discussion: "The pages need no network. A comparison has a verdict once it ended or `resident promote` judged it.")

  @Option(
    help: ArgumentHelp("The folder to write index.html, a page per comparison and RANKINGS.md to.", valueName: "dir"),
    completion: .directory)
  var out = "report"

  @Option(
    help: ArgumentHelp("With --json: print one comparison with the evidence of every block.", valueName: "number"))
  var comparison: Int64?

  @Flag(help: "Print what the pages show as one JSON object, and write no page.") var json = false

  @OptionGroup var charts: ChartLibraryOption
  @OptionGroup var imports: AdmissionOptions
  @OptionGroup var database: DatabaseOption

  func validate() throws {
    if comparison != nil && !json { throw ValidationError("--comparison goes with --json.") }
  }

  func run() throws {
    let store = try database.open(.readOnly)
    if let comparison { return Terminal.write(try detail(comparison, store).json) }
    let overview = try Overview(store, registry: roles(), admitting: imports.admission)
    if json { return Terminal.write(overview.json) }
    let charts = try library()
    if charts == nil { Terminal.writeError("\(ChartLibrary.advice) The pages have tables only.\n") }
    let folder = URL(fileURLWithPath: out, isDirectory: true)
    let total = overview.comparisons.count
    try ReportFolder(folder).write(overview, of: store, charts) { written in
      if Terminal.errorIsTerminal { Terminal.redraw("\(written) of \(total) comparisons") }
    }
    if Terminal.errorIsTerminal, total > 0 { Terminal.writeError("\n") }
    Terminal.write("\(total) comparison\(total == 1 ? "" : "s") in \(folder.path)\n")
  }

  /// Nil if none is named and none is at a known place.
  private func library() throws -> ChartLibrary? {
    try charts.path.map { try ChartLibrary(contentsOf: URL(fileURLWithPath: $0)) } ?? ChartLibrary.find()
  }

  private func detail(_ number: Int64, _ store: MeasurementStore) throws -> ComparisonDetail {
    let session = SessionNumber(rawValue: number)
    let report = Report(try store.verdicts(of: session), marks: [session: try store.mark(of: session)])
    if let problem = report.unreadable[session] { throw ValidationError("Session \(number): \(problem).") }
    guard let comparison = report.comparisons.first else {
      throw ValidationError("Session \(number) has no recorded verdict; `resident promote --dry-run` records one.")
    }
    return try ComparisonDetail(comparison, in: store, admitting: imports.admission)
  }

  /// The registry's roles; none without a registry, which a report does not need.
  private func roles() throws -> [Role: ModelID] {
    guard FileManager.default.fileExists(atPath: imports.registry.file.url.path) else { return [:] }
    return try imports.registry.file.read().models
  }
}

/// Where Chart.js is.
struct ChartLibraryOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Chart.js as one file. Default: $\(ChartLibrary.environmentVariable), else .resident/tools or Debian's package.",
      valueName: "file"),
    completion: .file(extensions: ["js"]))
  var chartLibrary: String?

  /// The file that is named here or by the environment; nil if none is.
  var path: String? {
    let named = chartLibrary ?? ProcessInfo.processInfo.environment[ChartLibrary.environmentVariable] ?? ""
    return named.isEmpty ? nil : named
  }
}
