import JSON

/// How a sentence-embedding model makes one vector of a text, as the files beside its weights state it.
///
/// sentence-transformers publishes these files; `modules.json` lists the steps. Nothing is guessed: the mean of the tokens
/// where a model was trained on its first one gives vectors that look right and rank wrong.
public struct EmbeddingRecipe: Sendable, Equatable {
  /// How the states of a text's tokens become one vector.
  public enum Pooling: String, Sendable, CaseIterable {
    /// The first token's.
    case first = "cls"
    /// The last token's.
    case last = "lasttoken"
    case mean
    /// Feature by feature.
    case max
    /// The sum, divided by the root of the number of tokens.
    case rootMean = "mean_sqrt_len_tokens"
    /// The mean, in which token number n counts n times.
    case weightedMean = "weightedmean"
  }

  /// The measure that the model's vectors are compared by.
  public enum Similarity: String, Sendable, CaseIterable {
    case cosine
    case dot
  }

  /// A projection of the pooled vector, with weights in a folder of its own.
  public struct Projection: Sendable, Equatable {
    /// What is computed of each output.
    public enum Activation: String, Sendable, CaseIterable {
      case identity = "Identity"
      case tanh = "Tanh"
    }

    /// Within the model folder, e.g. `2_Dense`.
    public let folder: String
    public let inputs: Int
    public let outputs: Int
    public let hasBias: Bool
    public let activation: Activation
  }

  public let pooling: Pooling
  /// Whether the tokens of a prompt are pooled like those of the text.
  public let poolsPrompt: Bool
  /// In their order, between pooling and normalization.
  public let projections: [Projection]
  /// Whether vectors have the length 1.
  public let isNormalized: Bool
  /// Tokens of a text that are read, prompt and special tokens included; nil for as many as the model has positions.
  public let maximumTokens: Int?
  /// What goes before a text, by name, e.g. `query`.
  public let prompts: [String: String]
  /// The name of the prompt that a text gets if none is asked for; nil for none.
  public let defaultPrompt: String?
  public let similarity: Similarity
  /// Numbers of a vector.
  public let dimension: Int
  /// Fewer dimensions that the model was trained to be cut to, ascending; empty if its files name none.
  public let matryoshka: [Int]
  /// The files that it was read from, within the model folder, sorted.
  public let files: [String]

  /// Whether a file says which prompts there are, be they none.
  public var statesPrompts: Bool { files.contains(Self.settingsName) }

  /// The names by which prompts are asked for: of requests, then of what they are compared with.
  public static let usualPrompts = ["query", "document", "passage", "corpus"]

  /// The text with its prompt before it.
  ///
  /// - Parameter prompt: Its name, or nil for the model's default; the empty name asks for none.
  /// - Throws: `.unknownPrompt`.
  public func prompt(named name: String?) throws(EmbeddingRecipeError) -> String {
    guard let name = name ?? defaultPrompt, !name.isEmpty else { return "" }
    guard let prompt = prompts[name] else { throw .unknownPrompt(name, known: prompts.keys.sorted()) }
    return prompt
  }

  /// For programs: what `resident engine embed --json`, and a worker's answer to `load`, say of it.
  ///
  /// - Parameter maximumTokens: The limit that holds, that of the model's positions included.
  public func json(maximumTokens: Int) -> JSONObject {
    JSONObject([
      ("dimension", .integer(dimension)), ("pooling", .string(pooling.rawValue)),
      ("normalized", .bool(isNormalized)), ("similarity", .string(similarity.rawValue)),
      ("maximum_tokens", .integer(maximumTokens)),
      ("prompts", .object(JSONObject(prompts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))),
      ("default_prompt", defaultPrompt.map { .string($0) } ?? .null),
      ("matryoshka", .array(matryoshka.map { .integer($0) })),
    ])
  }
}

/// Why a folder is no model that makes vectors of texts, or cannot make the one that was asked for.
public enum EmbeddingRecipeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is no `modules.json`.
  case notStated(folder: String)
  case unknownPrompt(String, known: [String])
  case dimensions(Int, of: Int)

  public var description: String {
    switch self {
    case .notStated(let folder):
      """
      \(folder) has no modules.json, so nothing says how its vectors are pooled, normalized and prompted. Take the files of \
      sentence-transformers from the model's own repository: modules.json, the folder 1_Pooling and \
      config_sentence_transformers.json
      """
    case .unknownPrompt(let name, let known):
      "the model has no prompt \"\(name)\"; "
        + (known.isEmpty ? "it has none at all" : "it has \(known.map { "\"\($0)\"" }.joined(separator: ", "))")
    case .dimensions(let asked, let dimension):
      "\(asked) dimensions were asked for, but a vector of the model has 1 to \(dimension)"
    }
  }
}
