import Foundation
import JSON
import Testing

@testable import ToolCalls

/// Outputs and the calls that must be read from them, from others who tried parsers.
struct HarvestedCaseTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let number: Int
    let json: JSONValue
    var testDescription: String { "\(number) \(json["parser"]?.string ?? ""): \(json["what"]?.string ?? "")" }
  }

  static let cases: [Case] = {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/cases.json")
    let json = (try? JSONValue(parsing: Data(contentsOf: url))) ?? .null
    return (json.array ?? []).enumerated().map { Case(number: $0, json: $1) }
  }()

  @Test func `all of them are there`() { #expect(Self.cases.count == 77) }

  @Test(arguments: cases) func `the calls are read`(_ item: Case) throws {
    let parser = try #require(item.json["parser"]?.string.flatMap(CallParser.init(rawValue:)))
    let tools = (item.json["tools"]?.array ?? []).compactMap { tool -> ToolDefinition? in
      guard let function = tool["function"], let name = function["name"]?.string else { return nil }
      return ToolDefinition(name: name, description: "", parameters: function["parameters"]?.object ?? JSONObject())
    }
    let output = ParsedOutput(parsing: try #require(item.json["text"]?.string), by: parser, tools: tools)
    let calls = output.calls.map(\.json)
    let expected = item.json["expected"]?.array ?? []
    #expect(calls == expected, "\(output)")
  }
}
