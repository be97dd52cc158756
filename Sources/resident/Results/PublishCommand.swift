import ArgumentParser
import Dataset
import Foundation
import JSON

struct PublishCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Add an exported dataset's new shards to a repository on the hub, in one commit.",
    discussion: """
      Example: resident publish --repo my-org/my-measurements --dry-run

      Needs an access token with write permission in $HF_TOKEN. Shards are only ever added: one that the repository has \
      with other bytes is an error before any upload. Repeating the command after a failure adds what is missing. A \
      repository that does not exist is created. $HF_ENDPOINT names another hub.
      """)

  @Option(help: ArgumentHelp("The dataset's repository.", valueName: "org/name"))
  var repo: String

  @Option(help: ArgumentHelp("The dataset's folder.", valueName: "dir"), completion: .directory)
  var results = "results"

  @Option(
    help: ArgumentHelp(
      "The hf command. Default: $\(HubClient.environmentVariable), else hf in PATH, else \(HubClient.projectPath).",
      valueName: "file"),
    completion: .file())
  var hf: String?

  @Flag(help: "Print what would be added, and write nothing.")
  var dryRun = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    try Publisher.check(repo)
    let client = try HubClient.find(hf)
    if !dryRun, !client.hasToken { throw PublishError.tokenMissing }
    let folder = URL(fileURLWithPath: results, isDirectory: true)
    let publisher = try Publisher(PublishedDataset(folder: folder, engine: nil), to: repo, by: client)
    let report: PublishReport
    if dryRun {
      report = PublishReport(plan: try publisher.plan(), commit: nil)
    } else {
      report = try publisher.publish(
        willUpload: {
          Terminal.writeError("uploading \($0.uploads.count.counted("file")), \($0.bytes.counted("byte"))\n")
        },
        progress: Terminal.errorIsTerminal && !json ? { Self.show(progress: $0) } : nil)
    }
    if json { return Terminal.write(result: report.json(repo, isDryRun: dryRun)) }
    show(report, hasToken: client.hasToken)
  }

  /// The command redraws one line of progress; so does this.
  private static func show(progress part: String) {
    if let line = part.split(whereSeparator: \.isNewline).last { Terminal.redraw(String(line)) }
  }

  private func show(_ report: PublishReport, hasToken: Bool) {
    let plan = report.plan
    let verb = dryRun ? "would add" : "added"
    for file in plan.uploads { Terminal.write("\(verb) \(file.path)\n") }
    Terminal.write(
      "\(verb) \(plan.uploads.count.counted("file")) with \(plan.bytes.counted("byte")) to \(repo), \(plan.unchanged) unchanged"
        + (report.commit.map { ": \($0)" } ?? "") + "\n")
    if !plan.kept.isEmpty {
      Terminal.writeError(
        "\(plan.kept.joined(separator: ", ")) stayed as the repository has them, since it has \(plan.foreign.count) files "
          + "that \(results) lacks; to bring them up to date, download it, `resident import` and export to that folder\n"
      )
    }
    if dryRun, !hasToken {
      Terminal.writeError("publishing needs a token with the write permission in $\(HubClient.tokenVariable)\n")
    }
  }
}

extension PublishReport {
  fileprivate func json(_ repository: String, isDryRun: Bool) -> JSONValue {
    [
      "repository": .string(repository), "dry_run": .bool(isDryRun),
      "files": .array(
        plan.uploads.map {
          ["path": .string($0.path), "bytes": .integer($0.bytes), "sha256": .string($0.sha256)]
        }),
      "bytes": .integer(plan.bytes), "unchanged": .integer(plan.unchanged),
      "foreign": .init(plan.foreign), "kept": .init(plan.kept),
      "commit": .init(commit),
    ]
  }
}
