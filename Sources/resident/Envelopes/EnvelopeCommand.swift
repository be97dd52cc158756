import ArgumentParser
import Calibration
import Envelopes
import Foundation
import JSON
import Measurements
import Runner
import Statistics
import Store

struct EnvelopeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "envelope", abstract: "Check, identify and describe measurement envelopes.",
    subcommands: [
      ValidateCommand.self, HashCommand.self, ShowCommand.self, MetricsCommand.self, ImportBFCLCommand.self,
      ImportTasksCommand.self, ImportSearchCommand.self, ScoreCommand.self,
    ])

  struct File: ParsableArguments {
    @Argument(help: "The envelope.", completion: .file(extensions: ["json"]))
    var file: String

    func read() throws -> Envelope { try Envelope(contentsOf: URL(fileURLWithPath: file)) }
  }

  struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "validate", abstract: "Report every problem of an envelope with its path.",
      discussion: "Example: resident envelope validate envelopes/nightly.json")
    @OptionGroup var file: File
    @OptionGroup var output: JSONOption

    func run() throws {
      let envelope = try file.read()
      if output.isChosen { return Terminal.write(result: envelope.identity) }
      Terminal.write("\(file.file): valid (\(envelope.id) version \(envelope.version), hash \(envelope.hash))\n")
    }
  }

  struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "metrics", abstract: "List what objectives and guardrails may name, with units and directions.",
      discussion: "Example: resident envelope metrics\n\nKnown: "
        + Metric.scored.map { "\($0) (\($0.unit))" }.joined(separator: ", "))

    @OptionGroup var output: JSONOption

    func run() {
      guard output.isChosen else { return Terminal.write(Metric.markdownTable) }
      let metrics = Metric.scored.map { metric -> JSONValue in
        [
          "name": .string(metric.rawValue), "title": .string(metric.title), "unit": .string(metric.unit),
          "better": .string(metric.direction.rawValue), "compared_by": .string(metric.comparison.title),
        ]
      }
      Terminal.write(result: ["metrics": .array(metrics)])
    }
  }

  struct HashCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "hash", abstract: "Print the SHA-256 of an envelope's canonical bytes.",
      discussion: "Example: resident envelope hash envelopes/nightly.json")
    @OptionGroup var file: File
    @OptionGroup var output: JSONOption

    func run() throws {
      let envelope = try file.read()
      output.isChosen ? Terminal.write(result: envelope.identity) : Terminal.write("\(envelope.hash)\n")
    }
  }

  struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Describe what an envelope measures, how it decides, and what it can decide.",
      discussion: """
        Example: resident envelope show envelopes/nightly.json

        For an envelope of rounds also says beforehand which effects it finds on this host, in how many rounds and \
        minutes, and which loss of accuracy its answers can exclude. Noise and minutes come from what the database has \
        of this host; where that is too little, noise is assumed and no minutes are given, and the output says so.
        """)
    @OptionGroup var file: File
    @OptionGroup var database: DatabaseOption

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
      let envelope = try file.read()
      let forecast = try DecisionForecast(envelope, fitting: storedComparisons(for: envelope))
      guard json else {
        let sections = [envelope.summaryText, forecast?.text, SampleSizeTable(envelope: envelope).text]
        return Terminal.write(sections.compactMap(\.self).joined(separator: "\n\n") + "\n")
      }
      var summary = envelope.summaryJSON.object ?? JSONObject()
      summary["can_decide"] = forecast?.json
      Terminal.write(result: .object(summary))
    }

    /// Enough for a forecast, and few enough to be read at once.
    private static let mostComparisons = 10

    /// The newest complete comparisons that were measured here and not set aside, those under the envelope if there are any; none for an envelope of
    /// blocks or without a database.
    ///
    /// A database that cannot be read is named on standard error: the contract can be shown all the same.
    private func storedComparisons(for envelope: Envelope) -> [Evidence] {
      guard envelope.schema == .rounds, database.exists else { return [] }
      do {
        let store = try database.open(.readOnly)
        let host = Measurements.Host.current.fingerprint
        let sessions = try store.sessions().filter {
          $0.state == .complete && $0.session.resident != nil && $0.session.host.fingerprint == host
            && $0.mark.decides(on: host, admitting: .none)
        }
        let own = sessions.filter { $0.session.envelopeHash == envelope.hash }
        return try (own.isEmpty ? sessions : own).prefix(Self.mostComparisons).map { try store.evidence($0.number) }
      } catch {
        Terminal.writeError("warning: what is stored of this host is left out: \(error)\n")
        return []
      }
    }
  }
}

extension Envelope {
  /// What tells it from others.
  fileprivate var identity: JSONValue {
    ["id": .string(id), "version": .integer(version), "sha256": .string(hash.rawValue)]
  }
}

/// How many items it takes to show a difference in accuracy between two models, beside what an envelope has.
private struct SampleSizeTable {
  let envelope: Envelope

  private static let differences = [0.01, 0.02, 0.03, 0.05]
  private static let discordantShares = [0.03, 0.05, 0.10, 0.20]
  private static let power = 0.9

  /// Several lines without a trailing line feed; nil without items that are answered right or wrong.
  var text: String? {
    let items = envelope.accuracy.filter(\.kind.hasRightAnswers).reduce(0) { $0 + $1.items.count }
    guard items > 0 else { return nil }
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
