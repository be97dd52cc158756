import ArgumentParser
import Foundation
import JSON
import NativeEngine

/// Diagnostics of engines.
struct EngineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "engine", abstract: "Run the native engine by itself, and check workers against the protocol.",
    subcommands: [
      GenerateCommand.self, EmbedCommand.self, LogitsCommand.self, BenchCommand.self, TokenizeCommand.self,
      DetokenizeCommand.self,
      PerplexityCommand.self, DivergenceCommand.self, CheckCommand.self, EndpointWorkerCommand.self,
      SuperviseCommand.self, CallsCommand.self, PromptCommand.self,
    ])
}

struct LogitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logits",
    abstract: "Write the logits after each token as a NumPy array (float32, tokens × vocabulary).",
    discussion: "Example: resident engine logits --model qwen3-4b --tokens 1,2,3 --out logits.npy")

  @OptionGroup var options: ModelOptions

  @Option(help: "Token ids, separated by commas.")
  var tokens: String

  @Option(help: ArgumentHelp("The .npy file to write.", valueName: "file"), completion: .file())
  var out: String

  @Flag(help: "Process the tokens one at a time, as decoding does; a prompt is processed many at a time.")
  var oneByOne = false

  @OptionGroup var output: JSONOption

  func run() throws {
    var ids: [Int32] = []
    for part in tokens.split(separator: ",") {
      guard let id = Int32(part.trimmingCharacters(in: .whitespaces)) else {
        throw ValidationError("--tokens: \"\(part)\" is not a token id.")
      }
      ids.append(id)
    }
    let model = try options.load()
    let file = try NumpyFile(
      creating: URL(fileURLWithPath: out), shape: [ids.count, model.folder.config.vocabularySize])
    if oneByOne {
      for id in ids { try model.session.decode(id).withUnsafeBufferPointer(file.append) }
    } else {
      try model.session.logits(of: ids) { try $0.withUnsafeBufferPointer(file.append) }
    }
    try file.close()
    if output.isChosen {
      let vocabulary = model.folder.config.vocabularySize
      Terminal.write(result: ["path": .string(out), "shape": .array([.integer(ids.count), .integer(vocabulary)])])
    }
  }
}

/// The options of every command that loads a model.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A model folder, or a model id of the library.", valueName: "model"), completion: .directory)
  var model: String

  @OptionGroup var library: LibraryOption

  @Option(help: "Threads that compute. Default: one per physical core.")
  var threads: Int?

  @Option(
    help: "How the cache stores keys and values: \(CachePrecision.allCases.map(\.rawValue).joined(separator: ", ")).")
  var cachePrecision: CachePrecision = .float32

  @Option(
    help: """
      How activations are rounded before they are multiplied by weights: \(ActivationPrecision.allCases.map(\.rawValue).joined(separator: ", ")).
      """)
  var activationPrecision: ActivationPrecision = .matched

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be from 1 to 1024.") }
  }

  func load(contextLength: Int? = nil, sequences: Int = 1) throws -> LanguageModel {
    let model = try LanguageModel(
      contentsOf: try library.model(named: model).folder,
      options: Session.Options(
        threads: threads, contextLength: contextLength, cachePrecision: cachePrecision,
        activationPrecision: activationPrecision, sequences: sequences,
        instructionSet: ProcessInfo.processInfo.environment[InstructionSet.environmentVariable]))
    for warning in model.folder.warnings { Terminal.writeError("warning: \(warning)\n") }
    return model
  }
}

extension CachePrecision: ExpressibleByArgument {}
extension ActivationPrecision: ExpressibleByArgument {}
