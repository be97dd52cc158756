import ArgumentParser
import Envelopes
import Foundation
import Measurements

struct EnvelopeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "envelope", abstract: "Check, identify and describe measurement envelopes.",
    subcommands: [
      ValidateCommand.self, HashCommand.self, ShowCommand.self, MetricsCommand.self, ImportBFCLCommand.self,
      ImportTasksCommand.self,
      ScoreCommand.self,
    ])

  struct File: ParsableArguments {
    @Argument(help: "The envelope.", completion: .file(extensions: ["json"]))
    var file: String

    func read() throws -> Envelope { try Envelope(contentsOf: URL(fileURLWithPath: file)) }
  }

  struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "validate", abstract: "Report every problem of an envelope, with its path.")
    @OptionGroup var file: File

    func run() throws {
      let envelope = try file.read()
      Terminal.write("\(file.file): valid (\(envelope.id) version \(envelope.version), hash \(envelope.hash))\n")
    }
  }

  struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "metrics", abstract: "List what objectives and guardrails may name, with units and directions.",
      discussion: "Known: \(Metric.allCases.map { "\($0) (\($0.unit))" }.joined(separator: ", ")).")

    func run() { Terminal.write(Metric.markdownTable) }
  }

  struct HashCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "hash", abstract: "Print the SHA-256 of an envelope's canonical bytes.")
    @OptionGroup var file: File

    func run() throws { Terminal.write("\(try file.read().hash)\n") }
  }

  struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Describe what an envelope measures and what decides.")
    @OptionGroup var file: File

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
      let envelope = try file.read()
      guard !json else { return Terminal.write(envelope.summaryJSON.serialized(.pretty) + "\n") }
      Terminal.write("\(envelope.summaryText)\n\n\(SampleSizeTable(envelope: envelope).text)\n")
    }
  }
}
