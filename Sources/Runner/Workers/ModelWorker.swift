import Foundation
import JSON
import Measurements
import Platform
import ToolCalls
import WorkerProtocol

/// One model in its own worker process, asked in the runner's terms.
actor ModelWorker {
  /// What the worker reported when it had loaded the model.
  struct Loaded: Sendable {
    var engine: EngineBuild
    var provenance: Provenance
    var proof: ProofLevel
    var description: JSONObject
    var load: LoadReading
    /// The most tokens of a sequence, or nil if the worker does not say.
    var contextLength: Int?
    var chat: ChatAbilities
    /// The tokens of a prompt that it processes at once; nil if it cannot make requests in slices.
    var prefillChunk: Int?
    /// Whether it scores many items in one request.
    var takesBatches: Bool
    /// Where its weights stand; nil if it does not say.
    var weightsPlace: WorkerConditions.WeightsPlace?
    /// Bytes of its memory in huge pages; nil if it does not say.
    var hugePageBytes: Int?
    /// Whether its model stands in a server that ran before it.
    var isAttached: Bool
    /// Whether it answers `memory`.
    var tellsMemory: Bool
    /// Whether it was declared to keep prompts without reporting it.
    var keepsPrompts: Bool
    /// The tokens that it puts before every prompt.
    var sharedPrefixTokens: Int
    /// How it makes vectors of texts; nil if it makes none.
    var embedding: EmbeddingFacts?
  }

  /// What vectors are made for: models may have a prompt for each.
  enum EmbeddingPurpose: Sendable {
    /// A request or a query.
    case request
    /// What others are compared with: a skill or a document.
    case indexed
    /// Texts of a pair, which are alike.
    case pair

    /// The names of prompts, the preferred one first, as sentence-transformers looks for them.
    var prompts: [String] {
      switch self {
      case .request: ["query"]
      case .indexed: ["document", "passage", "corpus"]
      case .pair: ["STS"]
      }
    }
  }

  let process: WorkerProcess
  let loaded: Loaded
  private let limits: PhaseLimits
  private(set) var peakMemoryBytes = 0

  /// Starts a worker, loads the model and sends the request that shows it is ready.
  ///
  /// - Throws: `WorkerFailure`.
  init(
    _ command: WorkerCommand, folder: URL, threads: Int?, contextLength: Int?, sequences: Int = 1,
    limits: PhaseLimits = PhaseLimits()
  ) async throws(WorkerFailure) {
    self.limits = limits
    let start = Machine.monotonicNanoseconds
    let process = try await WorkerProcess(command)
    do throws(WorkerFailure) {
      let load = try await process.request(
        .load(
          LoadOptions(model: folder.path, threads: threads, contextLength: contextLength, sequences: sequences)),
        within: limits.load)
      let loadSeconds = Self.seconds(since: start)
      let readinessStart = Machine.monotonicNanoseconds
      let embedding = try load.optional("embedding", EmbeddingFacts.init)
      if embedding == nil {
        let first = try await process.request(.tokenize("Ready?"), within: limits.load).value("tokens", \.tokens)
        _ = try await process.request(
          .generate(GenerateOptions(prompt: first.isEmpty ? [0] : first, maximumTokens: 1)), within: limits.load)
      } else {
        _ = try await process.request(.embed(EmbedOptions(texts: ["Ready?"])), within: limits.load)
      }
      let readinessSeconds = Self.seconds(since: readinessStart)
      // After the load was timed: hashing reads every byte, which serving does not wait for.
      let proof = try await process.request(.provenance, within: limits.load)
      self.loaded = Loaded(
        engine: EngineBuild(
          name: process.engine, version: load.result["engine_version"]?.string ?? process.version,
          instructionSet: try load.value("instruction_set", \.string), threads: try load.value("threads", \.integer)),
        provenance: try Provenance(proof), proof: try ProofLevel(proof),
        description: try Self.description(load),
        load: LoadReading(loadSeconds: loadSeconds, readinessSeconds: readinessSeconds),
        contextLength: load.result["context_length"]?.integer, chat: ChatAbilities(load.result["chat"]),
        prefillChunk: try Self.prefillChunk(load), takesBatches: load.result["batches"]?.bool ?? false,
        weightsPlace: try load.optional("weights_in") {
          $0.string.flatMap(WorkerConditions.WeightsPlace.init(rawValue:))
        },
        hugePageBytes: try load.optional("huge_page_bytes") { $0.integer.flatMap { $0 >= 0 ? $0 : nil } },
        isAttached: try load.optional("attached", \.bool) ?? false,
        tellsMemory: try load.optional("memory", \.bool) ?? false,
        keepsPrompts: try load.optional("keeps_prompts", \.bool) ?? false,
        sharedPrefixTokens: try load.optional("shared_prefix_tokens") {
          $0.integer.flatMap { (0...1 << 20).contains($0) ? $0 : nil }
        } ?? 0, embedding: embedding)
    } catch {
      await process.close()
      throw error
    }
    self.process = process
  }

  func tokens(of text: String) async throws(WorkerFailure) -> [Int32] {
    try await request(.tokenize(text)).value("tokens", \.tokens)
  }

  func tokens(ofUserMessage text: String) async throws(WorkerFailure) -> [Int32] {
    try await request(.chat([ChatTurn(role: "user", content: text)])).value("tokens", \.tokens)
  }

  func tokens(
    ofConversation turns: [ChatTurn], tools: [JSONValue]?, thinking: Bool?
  ) async throws(WorkerFailure) -> [Int32] {
    try await request(.chat(turns, tools: tools, thinking: thinking)).value("tokens", \.tokens)
  }

  func generate(_ options: GenerateOptions) async throws(WorkerFailure) -> WorkerReply {
    // A worker that minds its limit has time to answer; one that does not is ended.
    try await request(
      .generate(options), within: options.maximumSeconds.map { 2 * $0 + 2 } ?? limits.prefill + limits.decode)
  }

  /// Begins a request that is made in slices.
  func begin(_ options: GenerateOptions) async throws(WorkerFailure) -> WorkerReply {
    try await request(.begin(options))
  }

  /// Works on the next tokens of the request that was begun.
  func advance(by tokens: Int, of phase: Slice.Phase) async throws(WorkerFailure) -> WorkerReply {
    try await request(.advance(tokens: tokens), within: phase == .prefill ? limits.prefill : limits.decode)
  }

  /// The log-probabilities of the items' continuations, by item, continuation and token: in one request, or in one for each
  /// continuation if the worker takes no batches.
  func logProbabilities(of items: [ScoreItem]) async throws(WorkerFailure) -> [[[Double]]] {
    if loaded.takesBatches {
      return try await request(.scoreBatch(items)).values("log_probabilities", of: items)
    }
    var values: [[[Double]]] = []
    for item in items {
      var own: [[Double]] = []
      for continuation in item.continuations {
        own.append(try await logProbabilities(of: continuation, after: item.prompt))
      }
      values.append(own)
    }
    return values
  }

  func logProbabilities(of continuation: [Int32], after prompt: [Int32]) async throws(WorkerFailure) -> [Double] {
    let reply = try await request(.score(prompt: prompt, continuation: continuation))
    return try reply.values("log_probabilities", count: continuation.count)
  }

  /// Stores this model's distributions over a text as a reference; returns the file and the hash of the weights.
  func storeReference(
    _ tokens: [Int32], in folder: URL
  ) async throws(WorkerFailure) -> (file: String, weights: String) {
    let reply = try await request(.reference(tokens: tokens, folder: folder.path))
    return (try reply.value("file", \.string), try reply.value("weights", \.string))
  }

  /// Divergences from a stored reference, one per token after the first.
  func divergences(of tokens: [Int32], from file: String) async throws(WorkerFailure) -> [Double] {
    try await request(.divergence(tokens: tokens, file: file)).values("divergences", count: tokens.count - 1)
  }

  /// The vectors of texts, with the prompt that the model has for the purpose, or else its default.
  func embed(_ texts: [String], as purpose: EmbeddingPurpose) async throws(WorkerFailure) -> EmbedReply {
    let prompt = purpose.prompts.first { loaded.embedding?.prompts.contains($0) ?? false }
    let reply = try await request(.embed(EmbedOptions(texts: texts, prompt: prompt)))
    guard let read = EmbedReply(json: reply.result, count: texts.count),
      read.vectors.allSatisfy({ $0.count == loaded.embedding?.dimension ?? $0.count })
    else { throw .notAWorker("vectors that are not those of \(texts.count) texts") }
    return read
  }

  func close() async { await process.close() }

  private func request(
    _ request: WorkerRequest, within limit: Double? = nil
  ) async throws(WorkerFailure) -> WorkerReply {
    let reply = try await process.request(request, within: limit ?? limits.scoring)
    peakMemoryBytes = max(peakMemoryBytes, reply.peakMemoryBytes)
    return reply
  }

  /// The model as the worker describes it, with how it makes vectors if it does.
  private static func description(_ load: WorkerReply) throws(WorkerFailure) -> JSONObject {
    var description = try load.value("model", \.object)
    description["embedding"] = load.result["embedding"]
    return description
  }

  private static func prefillChunk(_ load: WorkerReply) throws(WorkerFailure) -> Int? {
    guard load.result["slices"]?.bool == true else { return nil }
    return try load.value("prefill_chunk") { $0.integer.flatMap { (1...1 << 20).contains($0) ? $0 : nil } }
  }

  private static func seconds(since start: UInt64) -> Double {
    Double(Machine.monotonicNanoseconds - start) * 1e-9
  }
}

extension MeasurementPlan {
  /// Starts a worker by the plan's command, threads and limits.
  ///
  /// - Throws: `WorkerFailure`.
  func startWorker(
    _ folder: URL, contextLength: Int, sequences: Int = 1
  ) async throws(WorkerFailure) -> ModelWorker {
    try await ModelWorker(
      command.limited(toMemory: memoryLimit), folder: folder, threads: threads, contextLength: contextLength,
      sequences: sequences, limits: limits)
  }
}

extension Provenance {
  /// From the answer to `provenance`.
  fileprivate init(_ proof: WorkerReply) throws(WorkerFailure) {
    if proof.result["weights"] == .null {
      self = .unverified
      return
    }
    self = .hashed(
      WeightsHash(rawValue: try proof.value("weights") { $0["hash"]?.string }),
      files: try proof.value("weights") { $0["files"]?.object }, tensors: try Self.tensors(proof))
  }

  /// Nil if the worker reports none; challenges are counted by it, so nothing else passes for a hash.
  private static func tensors(_ proof: WorkerReply) throws(WorkerFailure) -> TensorsHash? {
    guard let stated = proof.result["weights"]?["tensors"], stated != .null else { return nil }
    return TensorsHash(
      rawValue: try proof.value("weights") { _ in stated.string.flatMap { $0.isSHA256 ? $0 : nil } })
  }
}

extension ProofLevel {
  /// From the answer to `provenance`; a worker that does not name a proof has loaded the files itself.
  fileprivate init(_ proof: WorkerReply) throws(WorkerFailure) {
    self = proof.result["proof"] == nil ? .hashed : try proof.value("proof") { $0.string.flatMap(Self.init(rawValue:)) }
  }
}

extension WorkerReply {
  /// A member, or nil if it is null or missing.
  fileprivate func optional<Value>(
    _ name: String, _ read: (JSONValue) -> Value?
  ) throws(WorkerFailure) -> Value? {
    guard let member = result[name], member != .null else { return nil }
    return try value(name, read)
  }

  fileprivate func values(_ name: String, count: Int) throws(WorkerFailure) -> [Double] {
    let values = try value(name) { $0.array?.compactMap(\.number) }
    guard values.count == count else { throw .notAWorker("a wrong number of \(name)") }
    return values
  }

  fileprivate func values(_ name: String, of items: [ScoreItem]) throws(WorkerFailure) -> [[[Double]]] {
    let values = try value(name) { member in
      member.array?.map { item in (item.array ?? []).map { ($0.array ?? []).compactMap(\.number) } }
    }
    guard values.map({ $0.map(\.count) }) == items.map({ $0.continuations.map(\.count) }) else {
      throw .notAWorker("a wrong number of \(name)")
    }
    return values
  }
}

/// What a worker reports about its model's chat template.
struct ChatAbilities: Sendable, Equatable {
  var takesTools = false
  var takesThinking = false
  /// The parser for the calls that the template asks for.
  var parser: CallParser?

  /// From the member `chat` of the answer to `load`; without it the template knows no tools.
  init(_ json: JSONValue?) {
    takesTools = json?["takes_tools"]?.bool ?? false
    takesThinking = json?["takes_thinking"]?.bool ?? false
    parser = json?["parser"]?.string.flatMap(CallParser.init(rawValue:))
  }
}

/// Checks that a model can be loaded and generates a token, in a separate worker.
public enum GenerationCheck {
  /// Loads the model and generates a token.
  ///
  /// - Returns: Seconds from starting the worker to the token, and the hash of the weights that it loaded.
  /// - Throws: `WorkerFailure`.
  public static func run(
    _ command: WorkerCommand, folder: URL, limits: PhaseLimits = PhaseLimits()
  ) async throws(WorkerFailure) -> (seconds: Double, weights: WeightsHash?) {
    let worker = try await ModelWorker(command, folder: folder, threads: nil, contextLength: 64, limits: limits)
    let loaded = worker.loaded
    await worker.close()
    var weights: WeightsHash?
    if case .hashed(let hash, _, _) = loaded.provenance { weights = hash }
    return (loaded.load.loadSeconds + loaded.load.readinessSeconds, weights)
  }
}
