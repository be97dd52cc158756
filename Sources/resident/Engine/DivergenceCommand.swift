import ArgumentParser
import Checkpoint
import Foundation
import Lanes
import JSON
import NativeEngine
import Tokenization

struct DivergenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "divergence",
    abstract: "Measure how far a lane's distributions are from a reference's: KL divergence, agreement, perplexity.",
    discussion: """
      The reference is read once for a text and cached. Beside the result stands the floor: the reference against \
      itself in another instruction set, which no lane can get below.
      """)

  @OptionGroup var options: ModelOptions
  @OptionGroup var text: TextOptions

  @Option(help: ArgumentHelp("The reference's model folder, unquantized.", valueName: "dir"), completion: .directory)
  var reference: String

  @Option(help: ArgumentHelp("Where references are kept.", valueName: "dir"), completion: .directory)
  var cache: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let model = try options.load(contextLength: text.window)
    let tokens = try text.tokens(by: model.tokenizer)
    let source = try ReferenceSource(
      folder: URL(fileURLWithPath: reference), threads: options.threads, windows: text.windows,
      cache: cache.map { URL(fileURLWithPath: $0) } ?? Places.data.appendingPathComponent("references"))
    try source.check(model, tokens: tokens, text)
    let distributions = try source.distributions(of: tokens)
    let reading = try TextReading(of: tokens, by: model.session, windows: text.windows, reference: distributions)
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
    Terminal.write(JSONValue.object(object).serialized(.pretty) + "\n")
  }
}
