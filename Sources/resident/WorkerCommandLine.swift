import ArgumentParser
import NativeEngine
import WorkerProtocol

/// Serves one model over standard input and output; `resident` starts it, people don't.
struct WorkerCommandLine: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Serve the native engine over the line protocol.", shouldDisplay: false)

  func run() {
    WorkerServer.serve(
      NativeWorker(version: ProgramIdentity.version), name: NativeWorker.name, version: ProgramIdentity.version)
  }
}
