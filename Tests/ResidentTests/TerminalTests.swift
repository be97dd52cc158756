import Foundation
import JSON
import Platform
import Store
import TestSupport
import Testing

@testable import resident

@Suite("What is printed")
struct TerminalTests {
  @Test("JSON stays valid and means the same, with escapes for what a terminal or a log obeys")
  func json() throws {
    let text = "\u{1B}[2J \u{9B} \u{7F} \u{202E}x\u{200B} ##[set-env] \u{E0041} \u{11} é🙂\n::error::"
    let value: JSONValue = ["a": .string(text)]
    for layout in [JSONLayout.pretty, .compact] {
      let printed = Terminal.jsonFiltered(value.serialized(layout) + "\n")
      #expect(try JSONValue(parsing: printed) == value)
      #expect(!printed.contains("##["))
      #expect(printed.unicodeScalars.allSatisfy { !$0.isInvisibleOrObeyed || $0 == "\n" })
      #expect(printed.contains("é🙂"))
    }
  }

  private static let attack = "x\u{1B}[2J\u{202E}\n::error::pwned\n ##[group]"

  @Test(
    "Names from a registry, a database and a model folder reach neither a terminal nor a log as commands",
    arguments: [
      ["registry", "show"], ["registry", "resolve", attack], ["status"], ["models", "inspect", attack],
      ["query", "SELECT '\(attack)' AS a"], ["query", "SELECT '\(attack)' AS a", "--format", "csv"],
      ["envelope", "validate", attack], ["engine", "generate", "--model", attack, "--prompt", "x"], [attack],
      ["show", attack], ["run", attack, "--envelope", attack],
    ])
  func hostile(_ arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let program = Program(in: folder.url)
    let registry: JSONValue = ["models": .object(JSONObject([("default", .string(Self.attack))]))]
    try folder.write(registry.serialized(), to: "registry.json")
    _ = try MeasurementStore(at: folder("resident.sqlite"), mode: .readWrite)
    let result = try program.run(arguments)
    for text in [result.output, result.errors] {
      #expect(text.unicodeScalars.allSatisfy { !$0.isInvisibleOrObeyed || $0 == "\n" }, "\(text.debugDescription)")
      let lines = text.split(separator: "\n").map { $0.drop(while: \.isWhitespace) }
      #expect(lines.allSatisfy { !$0.hasPrefix("::") && !$0.contains("##[") }, "\(text.debugDescription)")
    }
    #expect(!(result.output + result.errors).isEmpty)
  }

  @Test("JSON from hostile names is valid", arguments: [["registry", "show", "--json"], ["status", "--json"]])
  func hostileJSON(_ arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let registry: JSONValue = ["models": .object(JSONObject([("default", "a\u{9B}b\u{202E}")]))]
    try folder.write(registry.serialized(), to: "registry.json")
    let program = Program(in: folder.url)
    _ = try MeasurementStore(at: folder("resident.sqlite"), mode: .readWrite)
    let result = try program.run(arguments)
    #expect(throws: Never.self) { try JSONValue(parsing: result.output) }
    #expect(result.output.unicodeScalars.allSatisfy { !$0.isInvisibleOrObeyed || $0 == "\n" })
  }
}
