import Dataset
import Foundation
import Nightly
import Store

extension NightSummary {
  /// Exports what is new in the database, in Parquet where DuckDB is there; a failure becomes a problem of the night.
  mutating func export(_ store: MeasurementStore, to folder: String?, engine: DuckDBOption) {
    guard let folder else { return }
    do {
      let exporter = DatasetExporter(
        store: store, folder: URL(fileURLWithPath: folder), gitRevision: ExportCommand.workingRevision ?? "unknown",
        trigger: "schedule", engine: try engine.find())
      let report = try exporter.export()
      exported = report.written
      problems += report.refused.map { "session \($0.session) is not exported: \($0.error)" }
      try report.writeRankings(by: exporter)
    } catch {
      problems.append("the export to \(folder) failed: \(error)")
    }
  }

  /// Writes `night.md` and `night.json`, each whole or not at all; a failure becomes a problem of the night.
  mutating func write(to folder: String?) {
    guard let folder else { return }
    let url = URL(fileURLWithPath: folder, isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      try Data(markdown.utf8).write(to: url.appendingPathComponent("night.md"), options: .atomic)
      try Data((json.serialized(.pretty) + "\n").utf8).write(
        to: url.appendingPathComponent("night.json"), options: .atomic)
    } catch {
      problems.append("the summary could not be written to \(folder): \(error.localizedDescription)")
    }
  }
}
