import ArgumentParser
import Dataset
import Foundation
import Measurements
import ModelRegistry
import Report
import Store

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write pages with charts, and RANKINGS.md, of roles and recorded verdicts.",
    discussion: """
      The pages need no network. A comparison has a verdict once it ended or `resident promote` judged it. With --results \
      the pages are of a published dataset, and hold nothing that it has not: any static host may serve them.

      resident report --out report/
      resident report --results results/ --out pages/
      """)

  @Option(
    help: ArgumentHelp("The folder to write index.html, a page per comparison and RANKINGS.md to.", valueName: "dir"),
    completion: .directory)
  var out = "report"

  @Option(
    help: ArgumentHelp("Report on the dataset in this folder instead of a database.", valueName: "dir"),
    completion: .directory)
  var results: String?

  @Option(
    help: ArgumentHelp("With --json: print one comparison with the evidence of every block.", valueName: "number"))
  var comparison: Int64?

  @Flag(help: "Print what the pages show as one JSON object, and write no page.") var json = false
  @Flag(help: "Write pages with tables only.") var noCharts = false

  @OptionGroup var charts: ChartLibraryOption
  @OptionGroup var imports: AdmissionOptions
  @OptionGroup var database: DatabaseOption
  @OptionGroup var engine: DuckDBOption

  func validate() throws {
    if comparison != nil && !json { throw ValidationError("--comparison goes with --json.") }
    if results != nil && database.db != nil { throw ValidationError("A report is of --db or of --results.") }
  }

  func run() throws {
    guard let results else {
      let store = try database.open(.readOnly)
      return try report(on: store, Overview(store, registry: roles(), admitting: imports.admission), .database)
    }
    let folder = URL(fileURLWithPath: results, isDirectory: true)
    let opened = try OpenedDataset(PublishedDataset(folder: folder, engine: try engine.find()))
    defer { opened.close() }
    try report(on: opened.store, opened.overview, .dataset(results))
  }

  private func report(on store: MeasurementStore, _ overview: Overview, _ source: ReportSource) throws {
    if let comparison { return Terminal.write(result: try detail(comparison, store).json) }
    var overview = overview
    overview.predictions = try store.predictions()
    if json { return Terminal.write(result: overview.json) }
    let charts = noCharts ? nil : try charts.library()
    let folder = URL(fileURLWithPath: out, isDirectory: true)
    let total = overview.comparisons.count
    try ReportFolder(folder).write(overview, of: store, charts, from: source) { written in
      if Terminal.errorIsTerminal { Terminal.redraw("\(written) of \(total) comparisons") }
    }
    if Terminal.errorIsTerminal, total > 0 { Terminal.writeError("\n") }
    Terminal.write("\(total.counted("comparison")) in \(folder.path)\n")
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

/// A published dataset in a database of its own, which lasts as long as it is needed.
private struct OpenedDataset {
  let store: MeasurementStore
  let overview: Overview
  private let folder: URL

  init(_ dataset: PublishedDataset) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("resident-\(UUID())", isDirectory: true)
    do {
      store = try MeasurementStore(at: folder.appendingPathComponent("dataset.sqlite"), mode: .readWrite)
      _ = try DatasetImporter(dataset, into: store).run()
      let imported = try dataset.importedSessions()
      let headings = try store.headings().map { heading in
        // What the dataset's own database measured is no import to its readers.
        var heading = heading
        heading.mark.origin = imported.contains(heading.session.uuid) ? .imported(ImportSource()) : .measured
        return heading
      }
      overview = Overview(verdicts: try store.verdicts(of: nil), sessions: headings, edits: [])
    } catch {
      try? FileManager.default.removeItem(at: folder)
      throw error
    }
  }

  func close() { try? FileManager.default.removeItem(at: folder) }
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

  /// The file that is named, else the first at a place where the program's set-up or the system puts it.
  ///
  /// - Throws: ``Missing`` if there is none: a report without charts is written where it is asked for.
  func library() throws -> ChartLibrary {
    if let path { return try ChartLibrary(contentsOf: URL(fileURLWithPath: path)) }
    let project = DataLocations.project.map { [$0.appendingPathComponent("tools/chart.min.js").path] } ?? []
    guard let found = ChartLibrary.find(in: project + ChartLibrary.knownPlaces) else { throw Missing() }
    return found
  }

  /// The file for a server, which serves tables if there is none; nil lets it look for itself.
  var servedPath: String? {
    if let path { return path }
    let project = DataLocations.project?.appendingPathComponent("tools/chart.min.js").path
    return project.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
  }

  struct Missing: Error, CustomStringConvertible {
    var description: String { "\(ChartLibrary.advice) Or write pages with tables only: --no-charts" }
  }
}
