import ArgumentParser
import Dataset
import Foundation
import JSON
import Platform
import Report

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write what was measured as a dataset: figures, raw samples and verdicts.",
    discussion: """
      Example: resident export --out results/

      Shards are named by their content and never rewritten: exporting again adds only what is new. Parquet is written \
      by DuckDB; without it, JSON Lines with the same rows are. Only the columns that the dataset's README lists leave \
      the machine.

      With --compact, small batches are then merged into larger ones of up to \(DatasetExporter.usualBatchSize / 1000),000 \
      samples, which are listed as replacing them. Old shards stay and are no longer counted. Signed batches are merged \
      only under --sign-key with the key that signed them. A folder can be compacted without a database.
      """)

  @Option(help: ArgumentHelp("The dataset's folder.", valueName: "dir"), completion: .directory)
  var out = "results"

  @OptionGroup var database: DatabaseOption
  @OptionGroup var engine: DuckDBOption

  @Option(
    help: """
      How shards are written: \(ShardFormat.allCases.map(\.rawValue).joined(separator: " or ")). Default: that of the \
      shards that are there, else parquet if DuckDB is found.
      """)
  var format: ShardFormat?

  @Option(help: "The git revision to record. Default: that of the working folder, else \"unknown\".")
  var gitRevision: String?

  @Option(help: "What started the measurements, as a word to record.")
  var trigger = "manual"

  @Option(
    help: ArgumentHelp(
      """
      Sign what was measured here by this private key of ssh-keygen, or by a public key whose private one an agent holds. \
      Batches that are there already stay as they are.
      """, valueName: "file"), completion: .file())
  var signKey: String?

  @Flag(help: "Then merge small batches into larger ones that replace them.")
  var compact = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let report = compact && !database.exists ? nil : try export()
    let compaction = compact ? try compactFolder() : nil
    if json {
      Terminal.write(result: .object(report.map { $0.json(compaction) } ?? compaction?.wholeJSON ?? JSONObject()))
    } else {
      for name in (report?.written ?? []) + (compaction?.written ?? []) { Terminal.write("wrote \(name)\n") }
      if let report {
        Terminal.write(
          "\(report.sessions.counted("new session")) with \(report.samples.counted("sample")) in \(report.written.count.counted("new file")), "
            + "\(report.unchanged.counted("session")) unchanged in \(out)\n")
      }
      if let compaction { Terminal.write(compaction.text) }
    }
    // Nobody can mend an import that can't leave again.
    if report?.refused.contains(where: \.origin.isMeasured) == true { throw ExitCode(2) }
  }

  private func compactFolder() throws -> CompactionReport {
    let folder = URL(fileURLWithPath: out)
    let compactor = DatasetCompactor(folder: folder, engine: try engine.find(), signer: try signer)
    return try compactor.compact { done, count in
      guard Terminal.errorIsTerminal else { return }
      Terminal.writeError("\r\(done) of \(count) batches\(done == count ? "\n" : "")")
    }
  }

  private func export() throws -> ExportReport {
    let exporter = DatasetExporter(
      store: try database.open(.readOnly), folder: URL(fileURLWithPath: out),
      gitRevision: gitRevision ?? Self.workingRevision ?? "unknown", trigger: trigger, format: format,
      engine: try engine.find(), signer: try signer)
    let report = try exporter.export { done, count in
      guard Terminal.errorIsTerminal, done % 10 == 0 || done == count else { return }
      Terminal.writeError("\r\(done) of \(count) sessions\(done == count ? "\n" : "")")
    }
    try report.writeRankings(by: exporter)
    if report.format == .jsonl, format == nil {
      Terminal.writeError(
        """
        DuckDB was not found, so the shards are JSON Lines: the same rows in larger files. `make duckdb` installs it; \
        then export to a new folder.

        """)
    }
    for refusal in report.refused {
      Terminal.writeError("session \(refusal.session) is not exported: \(refusal.error)\n")
    }
    return report
  }

  private var signer: BatchSigner? {
    get throws { try signKey.map { BatchSigner(try SSHKeygen.find(), key: URL(fileURLWithPath: $0)) } }
  }

  /// The git revision of the working folder; nil if it has none.
  static var workingRevision: String? {
    let arguments = ["git", "rev-parse", "--short=12", "HEAD"]
    guard let output = ProgramOutput(of: URL(fileURLWithPath: "/usr/bin/env"), arguments), output.status == 0 else {
      return nil
    }
    return output.text
  }
}

extension ShardFormat: ExpressibleByArgument {}

extension ExportReport {
  /// Writes `RANKINGS.md` beside what was exported.
  ///
  /// From the dataset and not from the database, so that nothing is in it that may not leave the machine.
  func writeRankings(by exporter: DatasetExporter) throws {
    guard sessions + unchanged > 0 else { return }
    let dataset = try PublishedDataset(folder: exporter.folder, engine: exporter.engine)
    guard !written.isEmpty || !dataset.hasRankings else { return }
    let latest = try dataset.latestVerdicts()
    try dataset.writeRankings(Report(latest.records, marks: latest.marks).rankings)
  }

  fileprivate func json(_ compaction: CompactionReport?) -> JSONObject {
    var members: [(String, JSONValue)] = [
      ("format", .string(format.rawValue)), ("written", .init(written)),
      ("sessions", .integer(sessions)), ("samples", .integer(samples)), ("unchanged_sessions", .integer(unchanged)),
      (
        "refused",
        .array(
          refused.map { ["session": .integer(Int($0.session.rawValue)), "reason": .string($0.error.description)] })
      ),
    ]
    if let compaction { members.append(("compaction", compaction.json)) }
    return JSONObject(members)
  }
}

extension CompactionReport {
  fileprivate var json: JSONValue {
    [
      "replaced_batches": .integer(replaced), "new_batches": .integer(batches), "written": .init(written),
      "batches_of_other_keys": .integer(foreign),
    ]
  }

  /// As after an export of nothing.
  fileprivate var wholeJSON: JSONObject {
    JSONObject([
      ("format", .string(format.rawValue)), ("written", []), ("sessions", 0), ("samples", 0), ("unchanged_sessions", 0),
      ("refused", []), ("compaction", json),
    ])
  }

  fileprivate var text: String {
    let done =
      batches == 0
      ? "there are no two small batches to merge"
      : "\(replaced.counted("batch", plural: "batches")) replaced by \(batches), in \(written.count.counted("new file"))"
    guard foreign > 0 else { return done + "\n" }
    return done
      + "; \(foreign.counted("small batch", plural: "small batches")) signed by another key than --sign-key's "
      + "\(foreign == 1 ? "stays" : "stay") as \(foreign == 1 ? "it is" : "they are")\n"
  }
}

/// Where DuckDB's command line is.
struct DuckDBOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "DuckDB's command line. Default: $RESIDENT_DUCKDB, else duckdb in PATH, else \(DuckDB.projectPath).",
      valueName: "file"),
    completion: .file())
  var duckdb: String?

  func find() throws -> DuckDB? { try DuckDB.find(duckdb) }
}
