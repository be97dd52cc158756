import ArgumentParser
import EndpointEngine
import Foundation
import MLXEngine
import Runner
import WorkerProtocol

/// Which engine measures.
enum EngineChoice: String, CaseIterable, ExpressibleByArgument {
  case native
  case mlx
  case endpoint
}

/// The engine and what it needs to be started.
struct EngineOptions: ParsableArguments {
  @Option(help: "Which engine measures: \(EngineChoice.allCases.map(\.rawValue).joined(separator: ", ")).")
  var engine: EngineChoice = .native

  @Option(
    help: ArgumentHelp(
      """
      The Python interpreter of the mlx engine. Default: $\(PythonInterpreter.environmentVariable), else the one in \
      \(PythonInterpreter.projectEnvironments.joined(separator: " or ")).
      """, valueName: "program"), completion: .file())
  var python: String?

  @OptionGroup(title: "Endpoint engine") var endpoint: EndpointOptions

  /// The command of a worker for these models.
  ///
  /// - Throws: `MLXError` where the mlx engine cannot be started, `ValidationError` where no endpoint is given.
  func command(for contenders: [MeasurementPlan.Contender], registry: URL) throws -> WorkerCommand {
    switch engine {
    case .native: return ProgramIdentity.worker
    case .mlx:
      let environment = try MLXEnvironment(checking: PythonInterpreter(named: python))
      return MLXWorker.command(environment.interpreter)
    case .endpoint:
      let interpreter = try? PythonInterpreter(named: python).executable.path
      let settings = try endpoint.settings(for: contenders, python: interpreter, registry: registry)
      let text = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
      return WorkerCommand(executable: ProgramIdentity.executable, arguments: ["engine", "endpoint-worker", text])
    }
  }
}
