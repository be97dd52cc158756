import ArgumentParser
import Foundation
import JSON
import Lanes
import NativeEngine
import Platform
import Tokenization

struct PerplexityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perplexity", abstract: "Measure the perplexity of a text.",
    discussion: "Example: resident engine perplexity --model qwen3-4b --max-tokens 2000")

  @OptionGroup var options: ModelOptions
  @OptionGroup var text: TextOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let model = try options.load(contextLength: text.window)
    let tokens = try text.tokens(by: model.tokenizer)
    let display = WorkDisplay("reading \(tokens.count.counted("token"))")
    let perplexity = try TextReading(of: tokens, by: model.session, windows: text.windows, progress: display.show)
      .perplexity
    display.end()
    guard json else {
      let regime = "\(perplexity.tokens) tokens, windows of \(text.window), stride \(text.stride)"
      return Terminal.write("perplexity \(perplexity.text) (\(regime))\n")
    }
    var object = perplexity.json.object ?? JSONObject()
    object["window"] = .integer(text.window)
    object["stride"] = .integer(text.stride)
    Terminal.write(result: .object(object))
  }
}

/// The text that a model reads, and by which windows.
struct TextOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The text to read, UTF-8. Default: the evaluation text that ships with the program.", valueName: "file"),
    completion: .file())
  var text: String?

  @Option(help: "Tokens per window.")
  var window = TextWindows.standard.length

  @Option(help: "Tokens from one window to the next; a window scores the tokens that no earlier one did.")
  var stride = TextWindows.standard.stride

  @Option(help: "The most tokens to read.")
  var maxTokens: Int?

  func validate() throws {
    guard window <= 1 << 20, TextWindows(length: window, stride: stride) != nil else {
      throw ValidationError("--stride must be at least 1 and less than --window.")
    }
    if let maxTokens, maxTokens < 2 { throw ValidationError("--max-tokens must be at least 2.") }
  }

  var windows: TextWindows { TextWindows(length: window, stride: stride) ?? .standard }

  func tokens(by tokenizer: Tokenizer) throws -> [TokenID] {
    let content: String
    if let text {
      guard let read = String(validating: try RegularFile.read(text), as: UTF8.self) else {
        throw ValidationError("\(text) is not UTF-8.")
      }
      content = read
    } else {
      content = Texts.evaluation
    }
    let tokens = tokenizer.encode(content, addSpecialTokens: false)
    let kept = Array(tokens.prefix(maxTokens ?? tokens.count))
    guard kept.count >= 2 else { throw ReferenceError.tooShort(tokens: kept.count) }
    return kept
  }
}
