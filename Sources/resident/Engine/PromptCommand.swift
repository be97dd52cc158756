import ArgumentParser
import ChatTemplate
import Foundation
import JSON
import Platform
import Tokenization

struct PromptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompt",
    abstract: "Render the conversation on standard input, a JSON array of messages, as the prompt that a model sees.",
    discussion: """
      Example: echo '[{"role": "user", "content": "Hello"}]' | resident engine prompt --model .resident/models/smollm2-135m
      """)

  @Option(help: ArgumentHelp("The folder with the chat template.", valueName: "dir"), completion: .directory)
  var model: String?

  @Option(
    help: ArgumentHelp("A chat template instead of a model's.", valueName: "file"),
    completion: .file(extensions: ["jinja"]))
  var template: String?

  @Option(
    help: ArgumentHelp("Tool definitions, a JSON array in OpenAI's form.", valueName: "tools.json"),
    completion: .file(extensions: ["json"]))
  var tools: String?

  @Flag(inversion: .prefixedNo, help: "The switch for reasoning. Default: the template's.")
  var thinking: Bool?

  @Flag(
    help: """
      Read one object per line, with messages, tools and any other variables of the template, and write one JSON object \
      per line, with the text or the error. A member named now sets the clock, in seconds since 1970, UTC.
      """)
  var lines = false

  @OptionGroup var output: JSONOption

  func validate() throws {
    guard (model == nil) != (template == nil) else { throw ValidationError("Give either --model or --template.") }
  }

  func run() throws {
    let source = try PromptSource(model: model, template: template)
    guard lines else {
      let input = try JSONValue(parsing: FileHandle.standardInput.readDataToEndOfFile())
      let definitions = try tools.map { path in try JSONValue(parsing: RegularFile.read(path)) }
      var variables: [String: JSONValue] = ["add_generation_prompt": true, "messages": input["messages"] ?? input]
      variables["tools"] = definitions ?? input["tools"]
      variables["enable_thinking"] = thinking.map { .bool($0) }
      let text = try source.text(of: variables)
      return output.isChosen
        ? Terminal.write(result: ["text": .string(text)]) : Terminal.write(exactly: text + "\n")
    }
    while let line = readLine() {
      guard let object = try JSONValue(parsing: line).object else {
        throw ValidationError("A line is not a JSON object: \(line.prefix(60))")
      }
      var variables: [String: JSONValue] = [:]
      for member in object.members { variables[member.name] = member.value }
      let result: JSONObject
      do {
        result = JSONObject([("text", .string(try source.text(of: variables)))])
      } catch let error as ChatTemplateError {
        result = JSONObject([("error", .string(error.description))])
      }
      Terminal.write(.object(result), .compact)
    }
  }
}

/// Where the template of a prompt comes from.
private struct PromptSource {
  private let template: ChatTemplate
  /// Takes the place of the other where there are tools.
  private let toolTemplate: ChatTemplate?
  private var defaults: [String: JSONValue] = ["documents": .null, "tools": .null]

  init(model: String?, template: String?) throws {
    guard let model else {
      self.template = try ChatTemplate(source: String(decoding: try RegularFile.read(template ?? ""), as: UTF8.self))
      toolTemplate = nil
      return
    }
    let tokenizer = try Tokenizer(contentsOf: URL(fileURLWithPath: model))
    guard let source = tokenizer.chatTemplateSource else {
      throw ValidationError("\(model) has no chat template. Name one by --template.")
    }
    self.template = try ChatTemplate(source: source)
    toolTemplate = try tokenizer.toolTemplateSource.map { source in try ChatTemplate(source: source) }
    for (name, id) in [("bos_token", tokenizer.beginOfSequence), ("eos_token", tokenizer.endOfSequence)] {
      if let id { defaults[name] = .string(tokenizer.decode([id])) }
    }
  }

  func text(of variables: [String: JSONValue]) throws -> String {
    var context = defaults.merging(variables) { _, given in given }
    guard let messages = context["messages"]?.array else {
      throw ValidationError("The input has no array of messages.")
    }
    context["messages"] = .array(
      try messages.map { json in
        guard let message = ChatMessage(json) else {
          throw ValidationError("A message is no object with a role: \(json.serialized().prefix(60))")
        }
        return message.json
      })
    let hasTools = context["tools"].map { $0 != .null } ?? false
    let now = context["now"]?.number
    return try (hasTools ? toolTemplate ?? template : template).render(
      context, now: now.map(Date.init(timeIntervalSince1970:)) ?? Date(), timeZone: now == nil ? .current : .gmt)
  }
}
