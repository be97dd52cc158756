import ArgumentParser
import Lanes
import JSON
import NativeEngine

struct PerplexityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perplexity", abstract: "Measure the perplexity of a text.")

  @OptionGroup var options: ModelOptions
  @OptionGroup var text: TextOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let model = try options.load(contextLength: text.window)
    let tokens = try text.tokens(by: model.tokenizer)
    let perplexity = try TextReading(of: tokens, by: model.session, windows: text.windows).perplexity
    guard json else {
      let regime = "\(perplexity.tokens) tokens, windows of \(text.window), stride \(text.stride)"
      return Terminal.write("perplexity \(perplexity.text) (\(regime))\n")
    }
    var object = perplexity.json.object ?? JSONObject()
    object["window"] = .integer(text.window)
    object["stride"] = .integer(text.stride)
    Terminal.write(JSONValue.object(object).serialized(.pretty) + "\n")
  }
}
