import ArgumentParser
import EndpointEngine
import Foundation
import JSON
import WorkerProtocol

/// Serves an endpoint over standard input and output; `resident` starts it, people don't.
struct EndpointWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "endpoint-worker", abstract: "Serve an endpoint over the line protocol.", shouldDisplay: false)

  @Argument(help: "The settings, as JSON.")
  var settings: String

  func run() throws {
    let settings = try JSONDecoder().decode(EndpointSettings.self, from: Data(settings.utf8))
    let version = ProgramIdentity.version
    let worker = EndpointWorker(
      settings, version: version, supervisor: [ProgramIdentity.executable.path, "engine", "supervise", "--"])
    WorkerServer.serve(worker, name: EndpointWorker.name, version: version)
  }
}

/// Runs a server that must end with whoever started it.
struct SuperviseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "supervise", abstract: "Run a command until it or standard input ends, and end its whole tree.",
    shouldDisplay: false)

  @Argument(parsing: .postTerminator, help: "The command, after --.")
  var command: [String]

  func run() throws { throw ExitCode(try Supervisor.run(command)) }
}
