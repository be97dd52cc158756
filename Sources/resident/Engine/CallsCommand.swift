import ArgumentParser
import Foundation
import JSON
import Platform
import ToolCalls

struct CallsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calls", abstract: "Read a model's raw output on standard input and print the calls in it, as JSON.",
    discussion: """
      Shows what a parser makes of an output: calls with the departures from their format that they were read in spite of, \
      failed attempts, prose and reasoning.

      Example: resident engine calls --parser json_tools --tools tools.json < output.txt
      """)

  @Option(help: "The dialect: \(CallParser.allCases.map(\.rawValue).joined(separator: ", ")).")
  var parser: CallParser = .jsonTools

  @Option(
    help: ArgumentHelp("Tool definitions, a JSON array in OpenAI's form.", valueName: "tools.json"),
    completion: .file(extensions: ["json"]))
  var tools: String?

  @Flag(help: "Read one object per line, with text, parser and tools, and write one result per line.")
  var lines = false

  @OptionGroup var output: JSONOption

  func run() throws {
    guard lines else {
      let definitions = try tools.map { path in
        try Self.definitions(JSONValue(parsing: RegularFile.read(path)))
      }
      let parsed = ParsedOutput(
        parsing: Array(FileHandle.standardInput.readDataToEndOfFile()), by: parser, tools: definitions ?? [])
      return output.isChosen ? Terminal.write(result: parsed.json) : Terminal.write(parsed.json)
    }
    while let line = readLine() {
      let request = try JSONValue(parsing: line)
      guard let text = request["text"]?.string else { throw ValidationError("A line has no \"text\".") }
      let name = request["parser"]?.string
      guard let parser = name.map(CallParser.init(rawValue:)) ?? parser else {
        throw ValidationError("\"\(name ?? "")\" is no parser.")
      }
      let tools = try request["tools"].map(Self.definitions) ?? []
      Terminal.write(ParsedOutput(parsing: text, by: parser, tools: tools).json, .compact)
    }
  }

  private static func definitions(_ value: JSONValue) throws -> [ToolDefinition] {
    try (value.array ?? [value]).map { tool in
      let function = tool["function"] ?? tool
      guard let name = function["name"]?.string else { throw ValidationError("A tool has no name.") }
      return ToolDefinition(
        name: name, description: function["description"]?.string ?? "",
        parameters: function["parameters"]?.object ?? JSONObject())
    }
  }
}

extension ParsedOutput {
  fileprivate var json: JSONValue {
    [
      "calls": .array(
        calls.map { call in
          [
            "name": .string(call.name), "arguments": .object(call.arguments),
            "leniencies": .init(call.leniencies.map(\.rawValue)),
          ]
        }),
      "problems": .init(problems.map(\.text)), "prose": .string(prose), "reasoning": .string(reasoning),
    ]
  }
}

extension ParsedOutput.Problem {
  fileprivate var text: String {
    switch self {
    case .malformed(let reason): reason
    case .truncated: "the output ends within a call"
    case .emptyName: "a call without a name"
    }
  }
}
