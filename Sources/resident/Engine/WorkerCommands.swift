import ArgumentParser
import EndpointEngine
import Foundation
import NativeEngine
import WorkerProtocol

// Commands that `resident` itself starts, and no person does.

/// Serves one model over standard input and output.
struct NativeWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Serve the native engine over the line protocol.", shouldDisplay: false)

  func run() {
    // Once: it hashes the whole executable.
    let version = ProgramIdentity.version
    WorkerServer.serve(NativeWorker(version: version), name: NativeWorker.name, version: version)
  }
}

/// Serves the models of an endpoint over standard input and output.
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

/// Runs a server that must end with the process that started it.
struct SuperviseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "supervise", abstract: "Run a command until it or standard input ends, then end its process tree.",
    shouldDisplay: false)

  @Argument(parsing: .postTerminator, help: "The command, after --.")
  var command: [String]

  func run() throws { throw ExitCode(try Supervisor.run(command)) }
}
