import ArgumentParser
import Foundation
import NativeEngine

/// Diagnostics of the native engine.
struct EngineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "engine", abstract: "Run the native engine by itself, and hold workers to the protocol.",
    subcommands: [
      GenerateCommand.self, LogitsCommand.self, BenchCommand.self, TokenizeCommand.self, DetokenizeCommand.self,
      PerplexityCommand.self, DivergenceCommand.self, CheckCommand.self, EndpointWorkerCommand.self,
      SuperviseCommand.self,
    ])
}

/// What every command that loads a model takes.
struct ModelOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The model folder.", valueName: "dir"), completion: .directory)
  var model: String

  @Option(help: "Threads that compute. Default: one a physical core.")
  var threads: Int?

  @Option(
    help: "How the cache stores keys and values: \(CachePrecision.allCases.map(\.rawValue).joined(separator: ", ")).")
  var cachePrecision: CachePrecision = .float32

  @Option(
    help: """
      How activations are rounded where they meet weights: \(ActivationPrecision.allCases.map(\.rawValue).joined(separator: ", ")).
      """)
  var activationPrecision: ActivationPrecision = .matched

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be from 1 to 1024.") }
  }

  func load(contextLength: Int? = nil, sequences: Int = 1) throws -> LanguageModel {
    try LanguageModel(
      contentsOf: URL(fileURLWithPath: model),
      options: Session.Options(
        threads: threads, contextLength: contextLength, cachePrecision: cachePrecision,
        activationPrecision: activationPrecision, sequences: sequences,
        instructionSet: ProcessInfo.processInfo.environment[InstructionSet.environmentVariable]))
  }
}

extension CachePrecision: ExpressibleByArgument {}
extension ActivationPrecision: ExpressibleByArgument {}
