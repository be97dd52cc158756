import ArgumentParser
import Foundation
import JSON
import Measurements
import Store

struct SessionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sessions", abstract: "List what was measured, newest first; set a session aside, or restore it.",
    subcommands: [ListCommand.self, SetAsideCommand.self, RestoreCommand.self], defaultSubcommand: ListCommand.self)

  struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List what was measured, newest first, with where it comes from.",
      discussion: "Example: resident sessions")

    @OptionGroup var database: DatabaseOption

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
      let sessions = try database.open(.readOnly).sessions()
      if json { return Terminal.write(result: ["sessions": .array(sessions.map(\.json))]) }
      if sessions.isEmpty { Terminal.writeError("nothing was measured yet\n") }
      for summary in sessions { Terminal.write(summary.line.printable + "\n") }
    }
  }
}

extension SessionSummary {
  fileprivate var line: String {
    let models = session.resident.map { "\(session.candidate) against \($0)" } ?? "\(session.candidate) alone"
    let outcome = outcome.map { ", \($0)" } ?? ""
    return "\(number)  \(time)  \(models)  \(session.envelopeID)  "
      + "\(sampleCount.counted("sample")), \(voidCount.counted("void block")), \(state.rawValue)\(outcome); \(mark.text)"
  }

  /// When it began; databases from before imports were checked may have any number.
  private var time: String {
    guard abs(session.startedAt) < 1e11 else { return "unknown time" }
    return Date(timeIntervalSince1970: session.startedAt).formatted(.iso8601)
  }

  fileprivate var json: JSONValue {
    [
      "number": .integer(Int(number.rawValue)), "uuid": .string(session.uuid), "started_at": .number(session.startedAt),
      "state": .string(state.rawValue), "envelope": .string(session.envelopeID),
      "role": .init(session.role?.rawValue),
      "resident": .init(session.resident?.rawValue),
      "candidate": .string(session.candidate.rawValue), "samples": .integer(sampleCount),
      "successes": .integer(successCount), "void_blocks": .integer(voidCount),
      "outcome": .init(outcome), "host_fingerprint": .string(session.host.fingerprint),
      "origin": mark.origin.json, "set_aside": mark.setAside?.json ?? .null,
    ]
  }
}
