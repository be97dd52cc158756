import ArgumentParser
import Foundation
import JSON
import Tokenization

struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Turn the text on standard input into token ids, a JSON array.",
    discussion: "Example: echo Hello | resident engine tokenize --model .resident/models/smollm2-135m")

  @Option(help: ArgumentHelp("The model folder.", valueName: "dir"), completion: .directory)
  var model: String

  @Flag(help: "Read one JSON string per line and write one array per line.")
  var lines = false

  @OptionGroup var output: JSONOption

  func run() throws {
    let tokenizer = try Tokenizer(contentsOf: URL(fileURLWithPath: model))
    let write = { (text: String) in
      let ids = JSONValue.array(tokenizer.encode(text, addSpecialTokens: false).map { .integer(Int($0)) })
      output.isChosen ? Terminal.write(result: ["tokens": ids]) : Terminal.write(ids, .compact)
    }
    guard lines else {
      let input = FileHandle.standardInput.readDataToEndOfFile()
      guard let text = String(validating: input, as: UTF8.self) else {
        throw ValidationError("Standard input is not UTF-8.")
      }
      return write(text)
    }
    while let line = readLine() {
      guard let text = try JSONValue(parsing: line).string else {
        throw ValidationError("A line is not a JSON string: \(line.prefix(60))")
      }
      write(text)
    }
  }
}

struct DetokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detokenize",
    abstract: "Turn JSON arrays of token ids on standard input, one per line, into JSON strings, one per line.",
    discussion: "Example: echo '[19556]' | resident engine detokenize --model .resident/models/smollm2-135m")

  @Option(help: ArgumentHelp("The model folder.", valueName: "dir"), completion: .directory)
  var model: String

  @Flag(help: "Leave special tokens out.")
  var skipSpecialTokens = false

  @OptionGroup var output: JSONOption

  func run() throws {
    let tokenizer = try Tokenizer(contentsOf: URL(fileURLWithPath: model))
    var texts: [JSONValue] = []
    while let line = readLine() {
      guard let elements = try JSONValue(parsing: line).array else {
        throw ValidationError("A line is not a JSON array: \(line.prefix(60))")
      }
      let ids = try elements.map { element in
        guard let value = element.integer, let id = Int32(exactly: value) else {
          throw ValidationError("A line has an element that is no token id: \(line.prefix(60))")
        }
        return id
      }
      let text = tokenizer.decode(ids, skipSpecialTokens: skipSpecialTokens)
      output.isChosen ? texts.append(.string(text)) : Terminal.write(JSONValue.string(text), .compact)
    }
    if output.isChosen { Terminal.write(result: ["texts": .array(texts)]) }
  }
}
