import ArgumentParser
import Envelopes
import Foundation
import Measurements
import Statistics

struct EnvelopeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "envelope", abstract: "Check, identify and describe measurement envelopes.",
    subcommands: [
      ValidateCommand.self, HashCommand.self, ShowCommand.self, MetricsCommand.self, ImportBFCLCommand.self,
      ImportTasksCommand.self, ScoreCommand.self,
    ])

  struct File: ParsableArguments {
    @Argument(help: "The envelope.", completion: .file(extensions: ["json"]))
    var file: String

    func read() throws -> Envelope { try Envelope(contentsOf: URL(fileURLWithPath: file)) }
  }

  struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "validate", abstract: "Report every problem of an envelope with its path.")
    @OptionGroup var file: File

    func run() throws {
      let envelope = try file.read()
      Terminal.write("\(file.file): valid (\(envelope.id) version \(envelope.version), hash \(envelope.hash))\n")
    }
  }

  struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "metrics", abstract: "List what objectives and guardrails may name, with units and directions.",
      discussion: "Known: \(Metric.scored.map { "\($0) (\($0.unit))" }.joined(separator: ", ")).")

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
      commandName: "show", abstract: "Describe what an envelope measures and how it decides.")
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

/// How many items it takes to show a difference in accuracy between two models, beside what an envelope has.
private struct SampleSizeTable {
  let envelope: Envelope

  private static let differences = [0.01, 0.02, 0.03, 0.05]
  private static let discordantShares = [0.03, 0.05, 0.10, 0.20]
  private static let power = 0.9

  /// Several lines without a trailing line feed.
  var text: String {
    let items = envelope.accuracy.filter { !$0.kind.isText }.reduce(0) { $0 + $1.items.count }
    let header = "  difference" + Self.discordantShares.map { Self.column("\(Self.percent($0)) changed") }.joined()
    let rows = Self.differences.map { difference in
      "  " + Self.padded("\(Self.percent(difference, unit: "points"))", to: 10)
        + Self.discordantShares.map { share in Self.column(needed(difference, share, of: items)) }.joined()
    }
    return """
      Items that show a difference of accuracy (McNemar's test, two-sided at 5 %, power \(Self.percent(Self.power)))
      by the share of items that one model alone has right; * marks what the \(items) items here suffice for
      \(([header] + rows).joined(separator: "\n"))
      """
  }

  private func needed(_ difference: Double, _ share: Double, of items: Int) -> String {
    let count = try? SampleSize.pairedAnswers(
      difference: difference, discordantShare: share, power: Self.power, alpha: 0.05)
    return count.map { "\($0)\($0 <= items ? "*" : "")" } ?? "-"
  }

  private static func percent(_ share: Double, unit: String = "%") -> String {
    "\(Int((share * 100).rounded())) \(unit)"
  }

  private static func column(_ text: String) -> String { String(repeating: " ", count: max(1, 14 - text.count)) + text }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
