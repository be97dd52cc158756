import Checkpoint
import Foundation
import Synchronization
import Tokenization

/// A model folder that makes a vector of each text: weights in a session, tokenizer, and the recipe that its files state.
public final class EmbeddingModel {
  /// What became of one text.
  public struct Embedding: Sendable, Equatable {
    public let vector: [Float]
    /// Tokens that were read, those of the prompt and special ones included.
    public let tokens: Int
    /// Tokens at the end that the model has no room for.
    public let cutTokens: Int
  }

  public let folder: ModelFolder
  public let tokenizer: Tokenizer
  public let recipe: EmbeddingRecipe
  private let session: EncoderSession
  private let projections: [VectorProjection]

  /// - Parameter placement: Where the weights stand.
  /// - Throws: `CheckpointError`, `EngineError`, `TokenizerError` or `EmbeddingRecipeError`.
  public init(
    contentsOf url: URL, options: Session.Options = .init(), placement: MappedFile.Placement = .cache
  ) throws {
    // Refused before weights take memory.
    let config = try ModelConfig(contentsOf: url)
    try EncoderFamilies.check(config)
    recipe = try EmbeddingRecipe(contentsOf: url, hiddenSize: config.hiddenSize)
    folder = try ModelFolder(contentsOf: url, placement: placement)
    tokenizer = try Tokenizer(contentsOf: url)
    session = try EncoderSession(folder, options: options, maximumTokens: recipe.maximumTokens)
    projections = try recipe.projections.map { try VectorProjection($0, in: url) }
    let specials = tokenizer.specialTokenCounts
    guard session.maximumTokens > specials.before + specials.after else {
      throw EngineError.unsupported("a text of \(session.maximumTokens) tokens has no room beside its special tokens")
    }
  }

  /// Tokens of a text that are read.
  public var maximumTokens: Int { session.maximumTokens }
  public var instructionSet: InstructionSet { session.kernels.instructionSet }
  public var threadCount: Int { session.team.size }

  /// The vectors of texts, in their order; what else is asked with a text changes no bit of its vector.
  ///
  /// - Parameters:
  ///   - prompt: The name of what goes before each text; nil for the model's default, the empty name for none.
  ///   - dimensions: Cuts vectors to their first numbers, as Matryoshka models allow (Kusupati et al. 2022, arXiv
  ///     2205.13147); nil for all.
  /// - Throws: `EmbeddingRecipeError` or `EngineError`.
  public func embed(_ texts: [String], prompt name: String? = nil, dimensions: Int? = nil) throws -> [Embedding] {
    let prompt = try recipe.prompt(named: name)
    if let dimensions, !(1...recipe.dimension).contains(dimensions) {
      throw EmbeddingRecipeError.dimensions(dimensions, of: recipe.dimension)
    }
    let (vectors, tokens) = try vectors(of: texts, after: prompt, by: [recipe.pooling], dimensions)
    return zip(vectors, tokens).map { vectors, tokens in
      Embedding(vector: vectors[0], tokens: tokens.ids.count, cutTokens: tokens.cut)
    }
  }

  /// The vectors of texts after the model's default prompt, by ways of pooling that its files may not state.
  ///
  /// - Returns: By text, then by way.
  /// - Throws: `EngineError`.
  func vectors(of texts: [String], by poolings: [EmbeddingRecipe.Pooling]) throws -> [[[Float]]] {
    try vectors(of: texts, after: recipe.prompt(named: nil), by: poolings, nil).vectors
  }

  private func vectors(
    of texts: [String], after prompt: String, by poolings: [EmbeddingRecipe.Pooling], _ dimensions: Int?
  ) throws -> (vectors: [[[Float]]], tokens: [LimitedTokens]) {
    let tokens = texts.map { tokenizer.encode(prompt + $0, upTo: maximumTokens) }
    // Of the prompt by itself, without what stands after a text.
    let skipped =
      recipe.poolsPrompt || prompt.isEmpty
      ? 0 : tokenizer.encode(prompt, upTo: maximumTokens).ids.count - tokenizer.specialTokenCounts.after
    let vectors = Mutex<[[[Float]]]>(Array(repeating: [], count: texts.count))
    try session.encode(tokens.map(\.ids)) { index, states in
      let made = poolings.map { finished($0.pool(states, skipping: skipped), dimensions) }
      vectors.withLock { $0[index] = made }
    }
    return (vectors.withLock(\.self), tokens)
  }

  private func finished(_ pooled: [Float], _ dimensions: Int?) -> [Float] {
    var vector = projections.reduce(pooled) { $1.apply($0) }
    guard dimensions != nil || recipe.isNormalized else { return vector }
    // Cut vectors are compared by their own length.
    vector = Array(vector.prefix(dimensions ?? vector.count))
    return recipe.isNormalized ? vector.normalized : vector
  }
}

extension EmbeddingRecipe.Pooling {
  /// One vector of the states of a text's tokens.
  ///
  /// - Parameter skipped: Tokens at the beginning that do not count; one of a text always does.
  func pool(_ states: TokenStates, skipping skipped: Int) -> [Float] {
    var sum = [Float](repeating: self == .max ? -.infinity : 0, count: states.features)
    let first = min(skipped, states.count - 1)
    let tokens =
      switch self {
      case .first: first..<first + 1
      case .last: states.count - 1..<states.count
      case .mean, .max, .rootMean, .weightedMean: first..<states.count
      }
    var weights: Float = 0
    for token in tokens {
      let weight = self == .weightedMean ? Float(token + 1) : 1
      weights += weight
      states.forEachFeature(of: token) { feature, value in
        if self == .max { sum[feature] = Swift.max(sum[feature], value) } else { sum[feature] += weight * value }
      }
    }
    let divisor = self == .rootMean ? weights.squareRoot() : weights
    return self == .max || divisor == 1 ? sum : sum.map { $0 / divisor }
  }
}

extension [Float] {
  /// The vector with the length 1; as it is if it has none.
  var normalized: [Float] {
    let length = length
    return length > 0 ? map { $0 / length } : self
  }

  var length: Float { Float(reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()) }
}
