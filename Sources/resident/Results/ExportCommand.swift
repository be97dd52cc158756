import ArgumentParser
import Dataset
import Foundation

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write what was measured as a dataset: rows, raw samples and verdicts.",
    discussion: """
      Files are named by their content and never rewritten: exporting again adds only what is new. No host name, user \
      name or path leaves the machine.
      """)

  @Option(help: ArgumentHelp("The dataset's folder.", valueName: "dir"), completion: .directory)
  var out = "results"

  @OptionGroup var database: DatabaseOption

  @Option(help: "The git revision to record. Default: that of the working folder, else \"unknown\".")
  var gitRevision: String?

  @Option(help: "What started the measurements, for the record.")
  var trigger = "manual"

  func run() throws {
    let exporter = DatasetExporter(
      store: try database.open(.readOnly), folder: URL(fileURLWithPath: out),
      gitRevision: gitRevision ?? Self.workingRevision ?? "unknown", trigger: trigger)
    let report = try exporter.export()
    for name in report.written { Terminal.write("wrote \(name)\n") }
    for refusal in report.refused {
      Terminal.writeError("session \(refusal.session) is not exported: \(refusal.error)\n")
    }
    Terminal.write("\(report.written.count) new files, \(report.unchanged.count) unchanged in \(out)\n")
    if !report.refused.isEmpty { throw ExitCode(2) }
  }

  private static var workingRevision: String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "rev-parse", "--short=12", "HEAD"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let revision = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return process.terminationStatus == 0 && !revision.isEmpty ? revision : nil
  }
}
