import ArgumentParser
import Foundation
import JSON
import Store

struct SessionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sessions", abstract: "List what was measured, newest first.")

  @OptionGroup var database: DatabaseOption

  @Flag(help: "Print one JSON array.")
  var json = false

  func run() throws {
    let sessions = try database.open(.readOnly).sessions()
    if json { return Terminal.write(JSONValue.array(sessions.map(\.json))) }
    if sessions.isEmpty { Terminal.writeError("nothing was measured yet\n") }
    for summary in sessions {
      let session = summary.session
      let time = Date(timeIntervalSince1970: session.startedAt).formatted(.iso8601)
      let models = session.resident.map { "\(session.candidate) against \($0)" } ?? "\(session.candidate) alone"
      let outcome = summary.outcome.map { ", \($0)" } ?? ""
      Terminal.write(
        "\(summary.number)  \(time)  \(models)  \(session.envelopeID)  "
          + "\(summary.sampleCount) samples, \(summary.voidCount) void blocks, \(summary.state.rawValue)\(outcome)\n")
    }
  }
}

extension SessionSummary {
  fileprivate var json: JSONValue {
    [
      "number": .integer(Int(number.rawValue)), "uuid": .string(session.uuid), "started_at": .number(session.startedAt),
      "state": .string(state.rawValue), "envelope": .string(session.envelopeID),
      "role": .init(session.role?.rawValue),
      "resident": .init(session.resident?.rawValue),
      "candidate": .string(session.candidate.rawValue), "samples": .integer(sampleCount),
      "successes": .integer(successCount), "void_blocks": .integer(voidCount),
      "outcome": .init(outcome),
    ]
  }
}
