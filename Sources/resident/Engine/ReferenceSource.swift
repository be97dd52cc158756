import Checkpoint
import Foundation
import Lanes
import JSON
import NativeEngine
import Tokenization

/// A reference model, loaded only where its distributions are not cached.
struct ReferenceSource {
  let folder: URL
  let threads: Int?
  let windows: TextWindows
  let cache: URL
  private let weights: String
  private let instructionSet: InstructionSet

  init(folder: URL, threads: Int?, windows: TextWindows, cache: URL) throws {
    (self.folder, self.threads, self.windows, self.cache) = (folder, threads, windows, cache)
    weights = try WeightManifest(of: ModelFolder(contentsOf: folder)).hash
    let forced = ProcessInfo.processInfo.environment[InstructionSet.environmentVariable]
    instructionSet = forced.flatMap(InstructionSet.init(rawValue:)) ?? InstructionSet.available.last ?? .scalar
  }

  /// Makes sure that both models see the same tokens.
  func check(_ model: LanguageModel, tokens: [TokenID], _ text: TextOptions) throws {
    let config = try ModelFolder(contentsOf: folder).config
    guard config.vocabularySize == model.folder.config.vocabularySize else {
      throw ReferenceError.otherVocabulary(
        reference: config.vocabularySize, model: model.folder.config.vocabularySize)
    }
    guard try text.tokens(by: Tokenizer(contentsOf: folder)) == tokens else { throw ReferenceError.otherTokens }
  }

  /// The reference's distributions, from the cache or read and put there.
  func distributions(of tokens: [TokenID]) throws -> ReferenceDistributions {
    let file = ReferenceFile(
      in: cache, weights: weights, engine: instructionSet.rawValue, tokens: tokens, windows: windows)
    if let known = file.read() { return known }
    let made = try ReferenceDistributions(of: tokens, by: try session(instructionSet), windows: windows)
    try file.write(made)
    return made
  }

  /// The reference against itself by the scalar kernels, whose sums are in another order and precision, over the first
  /// tokens: they are a hundred times slower.
  func floor(of tokens: [TokenID], against distributions: ReferenceDistributions) throws -> Floor {
    let other = instructionSet == .scalar ? InstructionSet.available.last ?? .scalar : .scalar
    let part = Array(tokens.prefix(min(windows.length, 48)))
    let first = ReferenceDistributions(tokens: Array(distributions.tokens.prefix(part.count - 1)))
    let reading = try TextReading(of: part, by: try session(other), windows: windows, reference: first)
    return Floor(
      other: other, own: instructionSet, divergence: Divergence(reading, reference: first.logProbabilities))
  }

  private func session(_ set: InstructionSet) throws -> Session {
    try Session(
      ModelFolder(contentsOf: folder),
      options: Session.Options(threads: threads, contextLength: windows.length, instructionSet: set.rawValue))
  }
}

/// The least that an instrument can tell apart.
struct Floor {
  let other: InstructionSet
  let own: InstructionSet
  let divergence: Divergence

  var text: String {
    String(
      format: "%.2g nats a token, %.2f %% agreement (the reference by %@ against %@, %d tokens)",
      divergence.mean.mean, divergence.agreement * 100, other.rawValue, own.rawValue, divergence.tokens)
  }

  var json: JSONValue {
    [
      "instruction_sets": .array([.string(other.rawValue), .string(own.rawValue)]),
      "kl_nats_mean": .number(divergence.mean.mean), "top1_agreement": .number(divergence.agreement),
      "tokens": .integer(divergence.tokens),
    ]
  }
}
