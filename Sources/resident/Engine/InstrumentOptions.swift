import ArgumentParser
import Foundation
import Lanes
import NativeEngine
import Tokenization

/// The text that an instrument reads, and how.
struct TextOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The text to read, UTF-8. Default: the evaluation text that ships with the program.", valueName: "file"),
    completion: .file())
  var text: String?

  @Option(help: "Tokens of a window.")
  var window = TextWindows.standard.length

  @Option(help: "Tokens from one window to the next; a window scores the tokens that none before it did.")
  var stride = TextWindows.standard.stride

  @Option(help: "Read this many tokens at most.")
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
      guard let read = String(validating: try Data(contentsOf: URL(fileURLWithPath: text)), as: UTF8.self) else {
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
