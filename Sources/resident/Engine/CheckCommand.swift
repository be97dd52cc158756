import ArgumentParser
import Foundation
import JSON
import Platform
import Synchronization
import WorkerProtocol

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check any worker against the line protocol.",
    discussion: """
      Starts the command several times and checks order, framing, cancellation, limits and bad requests, as \
      docs/worker-protocol.md says. Exit code 1 if a requirement is violated.
        resident engine check --model DIR -- python3 my_worker.py
      """)

  @Option(help: ArgumentHelp("A model folder that the worker can load.", valueName: "dir"), completion: .directory)
  var model: String

  @Option(help: "Seconds that a response may take.")
  var seconds = 120.0

  @Option(help: "Check only these requirements, by name.")
  var only: [String] = []

  @Option(help: ArgumentHelp("Write every line of the exchanges to this file.", valueName: "file"))
  var transcript: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Argument(parsing: .postTerminator, help: "The worker's command, after --.")
  var command: [String]

  func validate() throws {
    if command.isEmpty { throw ValidationError("Give the worker's command after --.") }
    guard seconds > 0, seconds.isFinite else { throw ValidationError("--seconds must be positive.") }
    let names = WorkerRequirement.all.map(\.name)
    if let unknown = only.first(where: { !names.contains($0) }) {
      throw ValidationError("There is no requirement \"\(unknown)\". Known: \(names.joined(separator: ", ")).")
    }
  }

  func run() async throws {
    let check = WorkerCheck(
      WorkerCommand(executable: URL(fileURLWithPath: "/usr/bin/env"), arguments: command),
      model: URL(fileURLWithPath: model).path, seconds: seconds)
    let lines = TranscriptFile(transcript)
    let requirements = WorkerRequirement.all.filter { only.isEmpty || only.contains($0.name) }
    let findings = try await check.run(
      requirements, report: { if !json { Terminal.write("\($0.line)\n") } }, transcript: { lines.add($0) })
    try lines.close()
    let violated = findings.count { $0.isViolated }
    if json {
      let output: JSONValue = [
        "requirements": .array(findings.map(\.json)), "violated": .integer(violated),
      ]
      Terminal.write(result: output)
    } else {
      Terminal.write("\(findings.count - violated) of \(findings.count) requirements hold\n")
    }
    if violated > 0 { throw ExitCode(1) }
  }
}

extension WorkerCheck.Finding {
  fileprivate var isViolated: Bool {
    if case .violated = outcome { true } else { false }
  }

  fileprivate var line: String {
    switch outcome {
    case .met: "ok           \(requirement.name): \(requirement.text)"
    case .unsupported(let reason): "unsupported  \(requirement.name): \(reason)"
    case .violated(let problem): "VIOLATED     \(requirement.name): \(requirement.text)\n             \(problem)"
    }
  }

  fileprivate var json: JSONValue {
    let (name, detail): (JSONValue, JSONValue) =
      switch outcome {
      case .met: ("met", .null)
      case .unsupported(let reason): ("unsupported", .string(reason))
      case .violated(let problem): ("violated", .string(problem))
      }
    return [
      "name": .string(requirement.name), "text": .string(requirement.text), "outcome": name, "detail": detail,
    ]
  }
}

/// Collects the lines of an exchange and writes them to a file, each after the name of its sender.
private final class TranscriptFile: Sendable {
  private let path: String?
  private let text = Mutex("")

  init(_ path: String?) { self.path = path }

  func add(_ line: TranscriptLine) {
    guard path != nil else { return }
    text.withLock { $0 += "\(line.sender.rawValue) \(line.text)\n" }
  }

  func close() throws {
    guard let path else { return }
    try DurableFile.write(Array(text.withLock { $0 }.utf8), to: path, flushes: false)
  }
}
