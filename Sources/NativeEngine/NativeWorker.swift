import Checkpoint
import Foundation
import JSON
import WorkerProtocol

/// The native engine as a worker: answers the requests of the line protocol.
public final class NativeWorker: WorkerEngine {
  /// The engine's name in every row measured with it.
  public static let name = "native"

  private let programVersion: String
  private var model: LanguageModel?

  public init(version: String) { programVersion = version }

  public func answer(_ request: WorkerRequest) throws -> JSONObject {
    switch request {
    case .load(let options): return try load(options)
    case .provenance: return try provenance()
    case .tokenize(let text):
      return JSONObject([("tokens", .tokens(try loaded().tokenizer.encode(text, addSpecialTokens: false)))])
    case .chat(let turns, let tools, let thinking):
      return JSONObject([("tokens", .tokens(try loaded().prompt(for: turns, tools: tools, thinking: thinking)))])
    case .generate(let options): return try generate(options)
    case .score(let prompt, let continuation):
      let scores = try loaded().session.score(continuation, after: prompt)
      return JSONObject([("log_probabilities", .array(scores.map { .number(Double($0)) }))])
    case .reference(let tokens, let folder): return try loaded().storeReference(tokens, in: folder)
    case .divergence(let tokens, let file): return try loaded().divergences(tokens, from: file)
    }
  }

  private func load(_ options: LoadOptions) throws -> JSONObject {
    let model = try LanguageModel(
      contentsOf: URL(fileURLWithPath: options.model),
      options: Session.Options(
        threads: options.threads, contextLength: options.contextLength, sequences: options.sequences,
        instructionSet: ProcessInfo.processInfo.environment[InstructionSet.environmentVariable]))
    self.model = model
    return JSONObject([
      ("instruction_set", .string(model.session.instructionSet.rawValue)),
      ("threads", .integer(model.session.threadCount)),
      ("context_length", .integer(model.session.contextLength)),
      ("model", try ModelInspection(of: model.folder).json),
      (
        "chat",
        [
          "takes_tools": .bool(model.conversations.takesTools),
          "takes_thinking": .bool(model.conversations.takesThinking),
          "parser": model.conversations.callParser.map { .string($0.rawValue) } ?? .null,
        ]
      ),
      ("weight_bytes_per_token", .integer(model.session.weightBytesPerToken)),
      ("cache_bytes_per_token", .integer(model.session.cacheBytesPerToken)),
    ])
  }

  /// Hashed by the process that computes with the files: a label that a server echoes proves nothing.
  private func provenance() throws -> JSONObject {
    let manifest = try WeightManifest(of: try loaded().folder)
    return JSONObject([("weights", manifest.json), ("version", .string(programVersion))])
  }

  private func generate(_ options: GenerateOptions) throws -> JSONObject {
    let model = try loaded()
    if options.sequences > 1 { return try generateTogether(options, model) }
    let generation = try model.generate(
      prompt: options.prompt, maximumTokens: options.maximumTokens,
      sampling: .init(temperature: options.temperature, topP: options.topP, seed: options.seed),
      stopsAtEnd: options.stopsAtEnd, reusesPrefix: options.reusesPrefix, maximumSeconds: options.maximumSeconds)
    let text = model.tokenizer.decode(generation.tokens, skipSpecialTokens: !options.keepsSpecialTokens)
    return JSONObject([
      ("tokens", .tokens(generation.tokens)),
      ("text", .string(text)),
      ("prompt_tokens", .integer(generation.promptTokens)),
      ("cached_tokens", .integer(generation.cachedTokens)),
      ("token_ns", .array(generation.tokenNanoseconds.map { .integer(Int($0)) })),
      ("finish", .string(generation.finish.rawValue)),
    ])
  }

  private func generateTogether(_ options: GenerateOptions, _ model: LanguageModel) throws -> JSONObject {
    guard !options.stopsAtEnd, !options.reusesPrefix else {
      throw WorkerFailure.badRequest("sequences at once have a fixed length and prompts of their own")
    }
    let generation = try model.generateTogether(
      options.sequences, prompt: options.prompt, maximumTokens: options.maximumTokens,
      sampling: .init(temperature: options.temperature, topP: options.topP, seed: options.seed),
      maximumSeconds: options.maximumSeconds)
    return JSONObject([
      ("sequences", .integer(options.sequences)),
      ("prompt_tokens", .integer(generation.promptTokens)),
      ("cached_tokens", .integer(generation.cachedTokens)),
      ("token_ns", .array(generation.tokenNanoseconds.map { .integer(Int($0)) })),
      ("finish", .string(generation.finish.rawValue)),
    ])
  }

  private func loaded() throws -> LanguageModel {
    guard let model else { throw WorkerFailure.badRequest("no model is loaded: send load first") }
    return model
  }
}

// One worker passes a reference's distributions to another in a file: they are too many for a line.
extension LanguageModel {
  /// Stores the distributions of a text that is read in one window, unless they are stored already.
  func storeReference(_ tokens: [Int32], in folder: String) throws -> JSONObject {
    let weights = try WeightManifest(of: self.folder).hash
    let windows = try Self.windows(tokens)
    let file = ReferenceFile(
      in: URL(fileURLWithPath: folder), weights: weights, engine: session.instructionSet.rawValue, tokens: tokens,
      windows: windows)
    if file.read() == nil { try file.write(try ReferenceDistributions(of: tokens, by: session, windows: windows)) }
    return JSONObject([("file", .string(file.url.path)), ("weights", .string(weights))])
  }

  /// Divergences from a stored reference, by token.
  func divergences(_ tokens: [Int32], from file: String) throws -> JSONObject {
    guard let reference = ReferenceFile.read(URL(fileURLWithPath: file)) else {
      throw ReferenceError.notAReference(file)
    }
    let reading = try TextReading(
      of: tokens, by: session, windows: try Self.windows(tokens), reference: reference)
    return JSONObject([("divergences", .array(reading.divergences.map { .number($0) }))])
  }

  private static func windows(_ tokens: [Int32]) throws(ReferenceError) -> TextWindows {
    guard let windows = TextWindows(length: tokens.count, stride: tokens.count - 1) else {
      throw .tooShort(tokens: tokens.count)
    }
    return windows
  }
}
