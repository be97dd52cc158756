import JSON

/// What a runner may ask of a worker, version 1 of the line protocol.
///
/// A request is one line of JSON, `{"id": 7, "op": "score", …}`; its answer is one line with the same id and either
/// `result` or `error`, and with `peak_memory_bytes`, the most memory that the worker has held so far.
public enum WorkerRequest: Sendable, Equatable {
  /// Load a model folder; the first request, once.
  case load(LoadOptions)
  /// Hash the files that were loaded and the engine's own program.
  case provenance
  /// Token ids of a text, without special tokens added.
  case tokenize(String)
  /// Token ids of a conversation, through the model's chat template, which receives the tools' definitions and, if it
  /// has one, the switch for reasoning.
  case chat([ChatTurn], tools: [JSONValue]? = nil, thinking: Bool? = nil)
  /// Process a prompt and decode.
  case generate(GenerateOptions)
  /// Prepare the same without any work of the model, to be made in slices.
  case begin(GenerateOptions)
  /// Work on the next tokens of the request that was begun: of its prompt, or of what follows it.
  case advance(tokens: Int)
  /// Log-probabilities of a continuation.
  case score(prompt: [Int32], continuation: [Int32])
  /// Log-probabilities of many prompts' continuations, worked on together.
  case scoreBatch([ScoreItem])
  /// Store the model's distributions over a text as a reference in that folder, unless they are there.
  case reference(tokens: [Int32], folder: String)
  /// Kullback-Leibler divergences of the model from a stored reference over the same tokens.
  case divergence(tokens: [Int32], file: String)
  /// Vectors of texts.
  case embed(EmbedOptions)
  /// What the engine counts of its memory itself.
  case memory

  /// The name under `op`.
  public var operation: String {
    switch self {
    case .load: "load"
    case .provenance: "provenance"
    case .tokenize: "tokenize"
    case .chat: "chat"
    case .generate: "generate"
    case .begin: "begin"
    case .advance: "advance"
    case .score: "score"
    case .scoreBatch: "score_batch"
    case .reference: "reference"
    case .divergence: "divergence"
    case .embed: "embed"
    case .memory: "memory"
    }
  }

  /// Whether it replaces what the model is working on, and so ends a request that was begun.
  public var endsBegunRequest: Bool {
    switch self {
    case .load, .generate, .begin, .score, .scoreBatch, .reference, .divergence: true
    case .provenance, .tokenize, .chat, .advance, .embed, .memory: false
    }
  }
}

/// Where a worker's weights stand.
public enum WeightPlacement: String, Sendable, CaseIterable {
  /// In memory of the worker's own, where each load places them anew.
  case memory
  /// In the pages in which the system caches the file.
  case file
}

/// How a worker loads its model.
public struct LoadOptions: Sendable, Equatable {
  /// The path of the model folder.
  public var model: String
  /// Nil leaves it to the engine.
  public var threads: Int?
  /// The most tokens a sequence will have; nil for the model's own limit.
  public var contextLength: Int?
  /// The most sequences that will be asked for at once.
  public var sequences: Int
  /// An engine that cannot choose ignores it.
  public var weights: WeightPlacement

  public init(
    model: String, threads: Int? = nil, contextLength: Int? = nil, sequences: Int = 1,
    weights: WeightPlacement = .memory
  ) {
    self.model = model
    self.threads = threads
    self.contextLength = contextLength
    self.sequences = sequences
    self.weights = weights
  }
}

/// One message of a conversation.
public struct ChatTurn: Sendable, Equatable {
  public var role: String
  public var content: String
  /// Further members that templates read, such as `tool_calls` and `name`.
  public var extra: JSONObject

  public init(role: String, content: String, extra: JSONObject = JSONObject()) {
    self.role = role
    self.content = content
    self.extra = extra
  }
}

/// A prompt with continuations, each of which is scored right after it.
public struct ScoreItem: Sendable, Equatable {
  public var prompt: [Int32]
  public var continuations: [[Int32]]

  public init(prompt: [Int32], continuations: [[Int32]]) {
    self.prompt = prompt
    self.continuations = continuations
  }
}

/// What to decode after a prompt, and how.
public struct GenerateOptions: Sendable, Equatable {
  public var prompt: [Int32]
  public var maximumTokens: Int
  /// Whether an end-of-sequence token ends the generation before `maximumTokens`.
  public var stopsAtEnd: Bool
  /// Whether a common prefix with the previous request may stay in the cache.
  public var reusesPrefix: Bool
  public var temperature: Double
  public var topP: Double
  public var seed: UInt64
  /// Seconds after which the generation ends; nil for no limit.
  public var maximumSeconds: Double?
  /// Whether special tokens stay in the text: some models write calls with them.
  public var keepsSpecialTokens: Bool
  /// Whether the text may come in pieces while it is generated; a worker is free to send it whole.
  public var streamsText: Bool
  /// How many sequences are generated at once, each from the prompt, as that many clients would ask for them. A reply
  /// repeats the number under `sequences`, and its times are those at which every sequence had that many tokens.
  public var sequences: Int
  /// Whether the first token may be replaced, so that no cache holds a prefix of the prompt: only times are wanted.
  public var mayVaryPrompt: Bool

  public init(
    prompt: [Int32], maximumTokens: Int, stopsAtEnd: Bool = false, reusesPrefix: Bool = false, temperature: Double = 0,
    topP: Double = 1, seed: UInt64 = 0, maximumSeconds: Double? = nil, keepsSpecialTokens: Bool = false,
    streamsText: Bool = false, sequences: Int = 1, mayVaryPrompt: Bool = false
  ) {
    self.prompt = prompt
    self.maximumTokens = maximumTokens
    self.stopsAtEnd = stopsAtEnd
    self.reusesPrefix = reusesPrefix
    self.temperature = temperature
    self.topP = topP
    self.seed = seed
    self.maximumSeconds = maximumSeconds
    self.keepsSpecialTokens = keepsSpecialTokens
    self.streamsText = streamsText
    self.sequences = sequences
    self.mayVaryPrompt = mayVaryPrompt
  }
}
