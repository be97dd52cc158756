import ArgumentParser
import NativeEngine
import WorkerProtocol

/// Serves one model over standard input and output; `resident` starts it, people don't.
struct WorkerCommandLine: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Serve the native engine over the line protocol.", shouldDisplay: false)

  func run() {
    // Once: it hashes the whole executable.
    let version = ProgramIdentity.version
    WorkerServer.serve(NativeWorker(version: version), name: NativeWorker.name, version: version)
  }
}
