import Envelopes
import Foundation
import JSON
import TestSupport
import Testing
import ToolCalls

@testable import TaskImport

/// Questions in the package's form, written for these tests.
@Suite("Berkeley function-calling data") struct BFCLTests {
  private let folder: TemporaryFolder

  private static let brew = """
    {"name": "brew", "description": "Brews.", "parameters": {"type": "dict", "properties": {"kind": {"type": "string"}, \
    "litres": {"type": "float"}, "extras": {"type": "array", "items": {"type": "string"}}, "place": {"type": "dict", \
    "properties": {"room": {"type": "string"}}}}, "required": ["kind"]}}
    """
  private static let answer = """
    {"brew": {"kind": ["green tea", "sencha"], "litres": [1, ""], "extras": [["honey", "Milk"], ""], \
    "place": [{"room": ["Kitchen", "pantry"]}, ""]}}
    """

  init() throws {
    folder = try TemporaryFolder()
    for name in ["simple_python", "multiple", "parallel"] {
      let ground = name == "parallel" ? "[\(Self.answer), {\"brew\": {\"kind\": [\"mate\"]}}]" : "[\(Self.answer)]"
      try write(
        name,
        "{\"id\": \"\(name)_0\", \"question\": [[{\"role\": \"user\", \"content\": \"Tea!\"}]], \"function\": [\(Self.brew)]}",
        "{\"id\": \"\(name)_0\", \"ground_truth\": \(ground)}")
    }
    try write(
      "multi_turn_base",
      """
      {"id": "multi_turn_base_0", "involved_classes": ["MathAPI"], "question": [[{"role": "user", "content": "Add."}], \
      [{"role": "user", "content": "Thanks."}]]}
      """, "{\"id\": \"multi_turn_base_0\", \"ground_truth\": [[\"add(1, b=[2, 3])\", \"add(a=-2.5, b=[])\"], []]}")
    for name in [
      "gorilla_file_system", "message_api", "posting_api", "ticket_api", "trading_bot", "travel_booking",
      "vehicle_control",
    ] {
      try folder.write("", to: "bfcl_eval/data/multi_turn_func_doc/\(name).json")
    }
    try folder.write(
      """
      {"name": "add", "description": "Adds.", "parameters": {"type": "dict", "properties": {"a": {"type": "float"}, \
      "b": {"type": "array"}}, "required": ["a", "b"]}}
      """, to: "bfcl_eval/data/multi_turn_func_doc/math_api.json")
    try folder.write("", to: "bfcl_eval-2026.3.23.dist-info/METADATA")
  }

  private func write(_ category: String, _ question: String, _ answer: String) throws {
    try folder.write(question + "\n", to: "bfcl_eval/data/BFCL_v4_\(category).json")
    try folder.write(answer + "\n", to: "bfcl_eval/data/possible_answer/BFCL_v4_\(category).json")
  }

  private var package: BFCLPackage { BFCLPackage(folder: folder.url.appendingPathComponent("bfcl_eval")) }

  @Test("The categories become traces with their origin") func envelope() throws {
    let source = try package.envelope()
    let envelope = try Envelope(source: source)
    #expect(envelope.toolLoops.map(\.trace.id) == ["simple_python_0", "multiple_0", "parallel_0", "multi_turn_base_0"])
    #expect(source["origin"]?["version"] == "2026.3.23")
    #expect(source["origin"]?["license"] == "Apache-2.0")
    #expect(source["origin"]?["sha256"]?.string?.count == 64)
    let turns = envelope.toolLoops[3].trace.rounds
    #expect(turns.map(\.user) == ["Add.", nil, "Thanks."])
    #expect(turns[0].scriptedCalls == [ToolCall(name: "add", arguments: JSONObject([("a", 1), ("b", [2, 3])]))])
    #expect(turns[2].calls.isEmpty)
  }

  @Test(
    "Answers are judged as the package judges them",
    arguments: [
      ("{\"kind\": \"Green-Tea\"}", true),
      ("{\"kind\": \"sencha\", \"litres\": 1.0, \"extras\": [\"Honey\", \"milk\"]}", true),
      ("{\"kind\": \"sencha\", \"place\": {\"room\": \"kitchen\"}}", true),
      ("{\"kind\": \"sencha\", \"place\": {\"room\": \"attic\"}}", false),
      ("{\"kind\": \"sencha\", \"place\": {}}", false),
      ("{\"kind\": \"sencha\", \"litres\": \"1\"}", false),
      ("{\"kind\": \"sencha\", \"extras\": [\"milk\", \"honey\"]}", false),
      ("{\"kind\": \"sencha\", \"sugar\": 1}", false),
      ("{\"litres\": 1}", false),
    ]) func judged(_ arguments: String, _ isValid: Bool) throws
  {
    let trace = try #require(try Envelope(source: try package.envelope()).toolLoops.first?.trace)
    let text = "<tool_call>{\"name\": \"brew\", \"arguments\": \(arguments)}</tool_call>"
    let judgement = CallJudge(parser: .jsonTools, tools: trace.tools.tools)
      .judge(text, isCutOff: false, expected: trace.rounds[0].calls)
    #expect(judgement.isValid == isValid, "\(judgement.detail)")
  }

  @Test("Questions with one right function become requests, and all functions skills") func routing() throws {
    let pour = #"{"name": "tea.pour", "description": "", "parameters": {"type": "dict", "properties": {}}}"#
    try write(
      "multiple",
      #"{"id": "multiple_0", "question": [[{"role": "user", "content": "Pour!"}]], "function": [\#(Self.brew), \#(pour)]}"#,
      #"{"id": "multiple_0", "ground_truth": [{"tea.pour": {}}]}"#)
    let envelope = try Envelope(source: try package.routingEnvelope())
    let task = try #require(envelope.accuracy.first)
    #expect(task.routing?.skills.map(\.id) == ["brew", "tea.pour"])
    #expect(task.routing?.skills.map(\.description) == ["Brews.", "No description."])
    #expect(task.items.map(\.prompt) == ["Tea!", "Pour!"] && task.items.map(\.options) == [["brew"], ["tea.pour"]])
    try write(
      "multiple", #"{"id": "multiple_0", "question": [[{"content": "Pour!"}]], "function": [\#(Self.brew)]}"#,
      #"{"id": "multiple_0", "ground_truth": [{"tea.pour": {}}]}"#)
    #expect { try package.routingEnvelope() } throws: { "\($0)".contains("not one of its functions") }
  }

  @Test("What is missing or malformed is reported with file and line") func errors() throws {
    #expect(throws: TaskImportError.self) { try BFCLPackage(folder: folder.url).envelope() }
    try folder.write("{\"id\": \"x\"}\n\n \r\n{", to: "bfcl_eval/data/BFCL_v4_multiple.json")
    #expect {
      try package.envelope()
    } throws: { error in
      "\(error)".hasPrefix("BFCL_v4_multiple.json, line 4: ")
    }
  }
}
