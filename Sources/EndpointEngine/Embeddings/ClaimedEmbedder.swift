import Checkpoint
import Foundation
import JSON
import NativeEngine
import Platform
import Tokenization
import WorkerProtocol

/// The model folder that a server of vectors is said to serve: how its files say that vectors are made, and its tokenizer.
struct ClaimedEmbedder {
  let url: URL
  let recipe: EmbeddingRecipe
  let tokenizer: Tokenizer
  /// Tokens of a text that the model reads.
  let maximumTokens: Int
  /// Nil if the native checkpoint reader does not know the family.
  let model: ModelFolder?

  /// - Throws: `WorkerFailure`, `EmbeddingRecipeError`, `CheckpointError` or `TokenizerError`.
  init(contentsOf url: URL, contextLength: Int?) throws {
    self.url = url
    let file = url.appendingPathComponent("config.json").path
    guard let data = try? RegularFile.read(file), let json = try? JSONValue(parsing: data) else {
      throw WorkerFailure.badRequest("\(url.path) is not a model folder: it has no config.json that can be read")
    }
    let config = ConfigFields(value: json, file: file)
    recipe = try EmbeddingRecipe(contentsOf: url, hiddenSize: config.size("hidden_size", upTo: 1 << 20))
    tokenizer = try Tokenizer(contentsOf: url)
    let positions = try config.size("max_position_embeddings", upTo: 1 << 24, default: 1 << 24)
    maximumTokens = [recipe.maximumTokens, contextLength, positions].compactMap(\.self).min() ?? positions
    model = try? ModelFolder(contentsOf: url)
  }

  /// What the native engine makes of texts with the folder's weights; nil if it does not run the family.
  func ownVectors(of texts: [String]) -> [[Float]]? {
    guard let model = try? EmbeddingModel(contentsOf: url) else { return nil }
    return try? model.embed(texts, prompt: "").map(\.vector)
  }
}
