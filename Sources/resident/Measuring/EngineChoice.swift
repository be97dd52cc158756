import ArgumentParser
import Foundation
import MLXEngine
import WorkerProtocol

/// Which engine measures.
enum EngineChoice: String, CaseIterable, ExpressibleByArgument {
  case native
  case mlx
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

  /// The command of a worker.
  ///
  /// - Throws: `MLXError` where the mlx engine cannot be started.
  func command() throws -> WorkerCommand {
    switch engine {
    case .native: return WorkerCommand(executable: ProgramIdentity.executable, arguments: ["worker"])
    case .mlx:
      let environment = try MLXEnvironment(checking: PythonInterpreter(named: python))
      return MLXWorker.command(environment.interpreter)
    }
  }
}
