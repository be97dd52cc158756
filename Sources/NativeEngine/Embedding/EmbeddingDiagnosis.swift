import Checkpoint
import Foundation

/// What looks wrong about the vectors of a model, by its files and by vectors that it makes.
public struct EmbeddingDiagnosis: Sendable, Equatable {
  /// In the order of their weight.
  public let problems: [Problem]
  /// What the files state, in a line.
  public let summary: String

  public enum Problem: Sendable, Equatable, CustomStringConvertible {
    /// Another way of pooling tells texts that mean the same from others much better.
    case pooling(stated: EmbeddingRecipe.Pooling, better: EmbeddingRecipe.Pooling, separations: [Double])
    /// There is no file that says whether texts need a prompt.
    case promptsNotStated
    /// The prompts have names that nothing asks for, and none is the default.
    case promptsNotAskedFor([String])
    /// Vectors have lengths of their own.
    case notNormalized(shortest: Float, longest: Float)
    /// More tokens are stated than the model has positions for.
    case cutByPositions(stated: Int, positions: Int)

    public var description: String {
      switch self {
      case .pooling(let stated, let better, let separations):
        String(
          format:
            "its files state %@ pooling, which tells texts that mean the same from others by %.1f standard deviations, "
            + "and %@ pooling does it by %.1f: the pooling is likely wrong", stated.rawValue, separations[0],
          better.rawValue, separations[1])
      case .promptsNotStated:
        "it has no config_sentence_transformers.json, so nothing says whether its texts need a prompt, and they get none"
      case .promptsNotAskedFor(let names):
        "its prompts are named \(names.map { "\"\($0)\"" }.joined(separator: ", ")) and none is the default: requests get the one "
          + "named query, skills the one named document, passage or corpus, so texts get none"
      case .notNormalized(let shortest, let longest):
        String(
          format:
            "its vectors are not normalized (lengths %.3g to %.3g): routers here take the cosine, but a program that "
            + "compares by products would prefer long ones", shortest, longest)
      case .cutByPositions(let stated, let positions):
        "its files state \(stated) tokens of a text, but it has positions for \(positions): what is after them is left out"
      }
    }

    /// What mends it.
    public var remedy: String {
      switch self {
      case .pooling, .promptsNotStated, .promptsNotAskedFor:
        "take modules.json, 1_Pooling/config.json and config_sentence_transformers.json from the model's own repository"
      case .notNormalized: "take modules.json from the model's own repository: most models have a Normalize step there"
      case .cutByPositions: "set max_seq_length in sentence_bert_config.json to the model's positions"
      }
    }
  }

  /// - Throws: `EngineError`.
  public init(_ model: EmbeddingModel) throws {
    let recipe = model.recipe
    var problems: [Problem] = []
    let trial = try PoolingTrial(model)
    if let better = trial.better {
      problems.append(
        .pooling(
          stated: trial.stated, better: better,
          separations: [trial.stated, better].map { trial.separations[$0] ?? 0 }))
    }
    if !recipe.statesPrompts {
      problems.append(.promptsNotStated)
    } else if !recipe.prompts.isEmpty, recipe.defaultPrompt == nil,
      !recipe.prompts.keys.contains(where: { EmbeddingRecipe.usualPrompts.contains($0) })
    {
      problems.append(.promptsNotAskedFor(recipe.prompts.keys.sorted()))
    }
    let lengths = try model.embed(Self.texts).map(\.vector.length)
    if let shortest = lengths.min(), let longest = lengths.max(), longest > 1.001 || shortest < 0.999 {
      problems.append(.notNormalized(shortest: shortest, longest: longest))
    }
    if let stated = recipe.maximumTokens, stated > model.maximumTokens {
      problems.append(.cutByPositions(stated: stated, positions: model.maximumTokens))
    }
    self.problems = problems
    let prompts = recipe.prompts.keys.sorted().joined(separator: ", ")
    summary =
      "\(recipe.dimension) dimensions, \(recipe.pooling.rawValue) pooling, "
      + "\(recipe.isNormalized ? "normalized" : "not normalized"), \(model.maximumTokens) tokens of a text are read, "
      + (prompts.isEmpty ? "no prompts" : "prompts \(prompts)")
  }

  private static let texts = [
    "weather", "Put a call with Dana on my calendar for Thursday at three.", "What is the time?",
  ]
}
