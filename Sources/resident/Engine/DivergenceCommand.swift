import ArgumentParser
import Checkpoint
import Foundation
import JSON
import Lanes
import NativeEngine
import Tokenization

struct DivergenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "divergence",
    abstract: "Measure how far a lane's distributions are from a reference's: KL divergence, agreement, perplexity.",
    discussion: """
      Example: resident engine divergence --model qwen3-4b-4bit --reference models/qwen3-4b-bf16

      The reference reads a text once; its distributions are cached. Beside the result stands the floor: the \
      divergence of the reference from itself in another instruction set, which no lane can get below.
      """)

  @OptionGroup var options: ModelOptions
  @OptionGroup var text: TextOptions

  @Option(help: ArgumentHelp("The reference's model folder, unquantized.", valueName: "dir"), completion: .directory)
  var reference: String

  @Option(
    help: ArgumentHelp("Where the distributions of references are cached.", valueName: "dir"), completion: .directory)
  var cache: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let model = try options.load(contextLength: text.window)
    let tokens = try text.tokens(by: model.tokenizer)
    let source = try ReferenceSource(
      folder: URL(fileURLWithPath: reference), threads: options.threads, windows: text.windows,
      cache: cache.map { URL(fileURLWithPath: $0) } ?? DataLocations.folder.appendingPathComponent("references"))
    try source.check(model, tokens: tokens, text)
    let distributions = try source.distributions(of: tokens)
    let display = WorkDisplay("reading \(tokens.count.counted("token"))")
    let reading = try TextReading(
      of: tokens, by: model.session, windows: text.windows, reference: distributions, progress: display.show)
    display.end()
    let divergence = Divergence(reading, reference: distributions.logProbabilities)
    let floor = try source.floor(of: tokens, against: distributions)
    guard json else {
      let regime = "windows of \(text.window), stride \(text.stride)"
      Terminal.write("\(divergence.text) (\(regime))\n")
      return Terminal.write("floor                           \(floor.text)\n")
    }
    var object = divergence.json.object ?? JSONObject()
    object["window"] = .integer(text.window)
    object["stride"] = .integer(text.stride)
    object["floor"] = floor.json
    Terminal.write(result: .object(object))
  }
}

/// A reference model, which is loaded only if its distributions are not cached.
private struct ReferenceSource {
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

  /// Checks that both models see the same tokens.
  ///
  /// - Throws: `ReferenceError` if they don't.
  func check(_ model: LanguageModel, tokens: [TokenID], _ text: TextOptions) throws {
    let config = try ModelFolder(contentsOf: folder).config
    guard config.vocabularySize == model.folder.config.vocabularySize else {
      throw ReferenceError.otherVocabulary(
        reference: config.vocabularySize, model: model.folder.config.vocabularySize)
    }
    guard try text.tokens(by: Tokenizer(contentsOf: folder)) == tokens else { throw ReferenceError.otherTokens }
  }

  /// The reference's distributions, from the cache; if it has none, computed and put there.
  func distributions(of tokens: [TokenID]) throws -> ReferenceDistributions {
    let file = ReferenceFile(
      in: cache, weights: weights, engine: instructionSet.rawValue, tokens: tokens, windows: windows)
    if let known = file.read() { return known }
    let made = try ReferenceDistributions(of: tokens, by: try session(instructionSet), windows: windows)
    try file.write(made)
    return made
  }

  /// The reference's divergence from itself by the scalar kernels, whose sums are in another order and precision.
  ///
  /// Over the first tokens only: these kernels are a hundred times slower.
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

/// The least divergence that can be told from rounding.
private struct Floor {
  let other: InstructionSet
  let own: InstructionSet
  let divergence: Divergence

  var text: String {
    String(
      format: "%.2g nats per token, %.2f %% agreement (the reference by %@ against %@, %d tokens)",
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
