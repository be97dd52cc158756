import ArgumentParser
import TaskImport
import Envelopes
import Foundation
import JSON

struct ImportBFCLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-bfcl", abstract: "Make an envelope of the Berkeley function-calling data.",
    discussion: """
      The data comes with the Python package bfcl-eval 2026.3.23 (Apache-2.0), installed without its dependencies. Its \
      simple, multiple, parallel and multi-turn base categories become traces; licence, version and SHA-256 are kept \
      under `origin`.
      """)

  @Argument(help: "The folder bfcl_eval of the installed package.", completion: .directory)
  var package: String

  @Option(
    help: ArgumentHelp("Where to write. Default: envelopes/bfcl.json in the user's data folder.", valueName: "file"))
  var out: String?

  func run() throws {
    let source = try BFCLPackage(folder: URL(fileURLWithPath: package)).envelope()
    let url = out.map { URL(fileURLWithPath: $0) } ?? Places.data.appendingPathComponent("envelopes/bfcl.json")
    let envelope = try Envelope(source: source, file: url.relativePath)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data((source.serialized() + "\n").utf8).write(to: url, options: .atomic)
    Terminal.write("\(url.path): \(envelope.toolLoops.count) traces, hash \(envelope.hash)\n")
  }
}
