import Checkpoint
import Foundation
import JSON
import Platform
import Tokenization
import WorkerProtocol

/// The native engine as a worker: answers the requests of the line protocol.
public final class NativeWorker: WorkerEngine {
  /// The engine's name in every row measured with it.
  public static let name = "native"

  /// What a folder holds that the engine can run.
  private enum Served {
    case language(LanguageModel)
    case embedding(EmbeddingModel)

    var folder: ModelFolder {
      switch self {
      case .language(let model): model.folder
      case .embedding(let model): model.folder
      }
    }

    var tokenizer: Tokenizer {
      switch self {
      case .language(let model): model.tokenizer
      case .embedding(let model): model.tokenizer
      }
    }
  }

  private let programVersion: String
  private var served: Served?
  /// What is worked on in slices; the model has done nothing else since.
  private var begun: SlicedGeneration?

  public init(version: String) { programVersion = version }

  public func answer(_ request: WorkerRequest) throws -> JSONObject {
    if request.endsBegunRequest { begun = nil }
    switch request {
    case .load(let options): return try load(options)
    case .provenance: return try provenance()
    case .tokenize(let text):
      return JSONObject([("tokens", .tokens(try loaded().tokenizer.encode(text, addSpecialTokens: false)))])
    case .embed(let options): return try embed(options)
    case .memory:
      // What its allocator keeps is part of the footprint, which the system tells.
      throw WorkerFailure.declined(
        operation: "memory", status: "unsupported", message: "the native engine does not count its memory itself")
    default: return try answer(request, by: language(for: request))
    }
  }

  /// Answers what only a model that generates can.
  private func answer(_ request: WorkerRequest, by model: LanguageModel) throws -> JSONObject {
    switch request {
    case .chat(let turns, let tools, let thinking):
      return JSONObject([("tokens", .tokens(try model.prompt(for: turns, tools: tools, thinking: thinking)))])
    case .generate(let options): return try generate(options, model)
    case .begin(let options): return try begin(options, model)
    case .advance(let tokens): return try advance(tokens)
    case .score(let prompt, let continuation):
      let scores = try model.session.score(continuation, after: prompt)
      return JSONObject([("log_probabilities", .array(scores.map { .number(Double($0)) }))])
    case .scoreBatch(let items): return try scoreBatch(items, model)
    case .reference(let tokens, let folder): return try model.storeReference(tokens, in: folder)
    case .divergence(let tokens, let file): return try model.divergences(tokens, from: file)
    case .load, .provenance, .tokenize, .embed, .memory:
      throw WorkerFailure.badRequest("\(request.operation) came to no model")
    }
  }

  private func load(_ options: LoadOptions) throws -> JSONObject {
    let url = URL(fileURLWithPath: options.model)
    let settings = Session.Options(
      threads: options.threads, contextLength: options.contextLength, sequences: options.sequences,
      instructionSet: ProcessInfo.processInfo.environment[InstructionSet.environmentVariable])
    let placement: MappedFile.Placement = options.weights == .memory ? .memory : .renewedCache
    var result: JSONObject
    if EncoderFamilies.include(try ModelConfig(contentsOf: url), in: url) {
      let model = try EmbeddingModel(contentsOf: url, options: settings, placement: placement)
      served = .embedding(model)
      result = try Self.facts(of: model)
    } else {
      let model = try LanguageModel(contentsOf: url, options: settings, placement: placement)
      served = .language(model)
      result = try Self.facts(of: model)
    }
    result["weights_in"] = .string(options.weights.rawValue)
    result["huge_page_bytes"] = Machine.hugePageByteCount.map { .integer($0) }
    return result
  }

  private static func facts(of model: LanguageModel) throws -> JSONObject {
    JSONObject([
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
      ("slices", true),
      ("prefill_chunk", .integer(model.session.panels.tokenCapacity)),
      ("batches", true),
    ])
  }

  private static func facts(of model: EmbeddingModel) throws -> JSONObject {
    JSONObject([
      ("instruction_set", .string(model.instructionSet.rawValue)), ("threads", .integer(model.threadCount)),
      ("context_length", .integer(model.maximumTokens)), ("model", try ModelInspection(of: model.folder).json),
      ("embedding", .object(model.recipe.json(maximumTokens: model.maximumTokens))),
    ])
  }

  /// Hashed by the process that computes with the files: a label that a server echoes proves nothing.
  private func provenance() throws -> JSONObject {
    let manifest = try WeightManifest(of: try loaded().folder)
    return JSONObject([("weights", manifest.json), ("version", .string(programVersion))])
  }

  private func embed(_ options: EmbedOptions) throws -> JSONObject {
    guard case .embedding(let model) = try loaded() else {
      throw declined("embed", "the model generates text; it makes no vectors")
    }
    let start = Machine.monotonicNanoseconds
    let made = try model.embed(options.texts, prompt: options.prompt, dimensions: options.dimensions)
    return EmbedReply(
      vectors: made.map(\.vector), tokens: made.map(\.tokens), cutTokens: made.map(\.cutTokens),
      nanoseconds: Int64(Machine.monotonicNanoseconds - start)
    ).json
  }

  private func generate(_ options: GenerateOptions, _ model: LanguageModel) throws -> JSONObject {
    let generation = try model.generate(
      prompt: options.prompt, maximumTokens: options.maximumTokens, sampling: options.sampling,
      stopsAtEnd: options.stopsAtEnd, reusesPrefix: options.reusesPrefix, maximumSeconds: options.maximumSeconds,
      sequences: options.sequences)
    var result = JSONObject()
    if options.sequences > 1 {
      result["sequences"] = .integer(options.sequences)
    } else {
      result["tokens"] = .tokens(generation.tokens)
      result["text"] = .string(
        model.tokenizer.decode(generation.tokens, skipSpecialTokens: !options.keepsSpecialTokens))
    }
    result["prompt_tokens"] = .integer(generation.promptTokens)
    result["cached_tokens"] = .integer(generation.cachedTokens)
    result["token_ns"] = .array(generation.tokenNanoseconds.map { .integer(Int($0)) })
    result["finish"] = .string(generation.finish.rawValue)
    return result
  }

  private func begin(_ options: GenerateOptions, _ model: LanguageModel) throws -> JSONObject {
    let generation = try SlicedGeneration(
      of: model, prompt: options.prompt, maximumTokens: options.maximumTokens, sampling: options.sampling,
      stopsAtEnd: options.stopsAtEnd, reusesPrefix: options.reusesPrefix, maximumSeconds: options.maximumSeconds,
      sequences: options.sequences)
    begun = generation
    return JSONObject([
      ("prompt_tokens", .integer(options.prompt.count)),
      ("cached_tokens", .integer(generation.cachedTokens)),
    ])
  }

  private func advance(_ tokens: Int) throws -> JSONObject {
    guard let begun, begun.finish == nil else {
      throw WorkerFailure.badRequest("no request is under way in slices: send begin first")
    }
    var result = try begun.advance(by: tokens).json
    result["finished"] = .bool(begun.finish != nil)
    return result
  }

  private func scoreBatch(_ items: [ScoreItem], _ model: LanguageModel) throws -> JSONObject {
    let scores = try model.session.score(items).map { continuations in
      JSONValue.array(continuations.map { values in JSONValue.array(values.map { .number(Double($0)) }) })
    }
    return JSONObject([("log_probabilities", .array(scores))])
  }

  private func loaded() throws -> Served {
    guard let served else { throw WorkerFailure.badRequest("no model is loaded: send load first") }
    return served
  }

  private func language(for request: WorkerRequest) throws -> LanguageModel {
    guard case .language(let model) = try loaded() else {
      throw declined(request.operation, "the model makes vectors of texts; it generates and scores none")
    }
    return model
  }

  private func declined(_ operation: String, _ message: String) -> WorkerFailure {
    .declined(operation: operation, status: "unsupported", message: message)
  }
}

extension GenerateOptions {
  fileprivate var sampling: Sampler.Settings { .init(temperature: temperature, topP: topP, seed: seed) }
}

extension SlicedGeneration.Slice {
  fileprivate var json: JSONObject {
    JSONObject([
      ("phase", .string(phase.rawValue)),
      ("processed", .integer(processed)),
      ("tokens", .tokens(tokens)),
      ("token_ns", .array(tokenNanoseconds.map { .integer(Int($0)) })),
      ("elapsed_ns", .integer(Int(nanoseconds))),
      ("processor_ns", .integer(Int(processorUse.nanoseconds))),
      ("involuntary_switches", .integer(processorUse.involuntarySwitches)),
    ])
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
