import JSON
import Testing

@testable import ToolCalls

struct CallJudgeTests {
  static let tools = ["find", "send"].map { name in
    ToolDefinition(
      name: name, description: "",
      parameters: JSONObject([
        ("type", "object"), ("properties", ["q": ["type": "string"], "n": ["type": "integer", "minimum": 1]]),
        ("required", ["q"]),
      ]))
  }
  static let expected = [
    ExpectedCall(
      name: "find",
      arguments: [
        ExpectedArgument(name: "q", check: .equals("tea")),
        ExpectedArgument(name: "n", check: .within(1...5), isOptional: true),
      ])
  ]

  static func call(_ json: String) -> String { "<tool_call>\(json)</tool_call>" }
  static let right = call("{\"name\": \"find\", \"arguments\": {\"q\": \"tea\"}}")

  static let outputs: [(String, Bool, [CallFailure])] = [
    (right, false, []),
    ("Let me look.\n" + right, false, []),
    ("Tea is a drink.", false, [.noCall]),
    ("", false, [.noCall]),
    (call("{\"name\": \"\", \"arguments\": {}}"), false, [.emptyName]),
    (call("{\"name\": \"look\", \"arguments\": {\"q\": \"tea\"}}"), false, [.unknownTool]),
    (call("{\"name\": \"send\", \"arguments\": {\"q\": \"tea\"}}"), false, [.wrongTool]),
    (call("{\"name\": \"find\", \"arguments\": {\"q\": \"tea\""), false, [.badJSON]),
    (call("{\"name\": \"find\", \"arguments\": {}}"), false, [.missingArgument]),
    (call("{\"name\": \"find\", \"arguments\": {\"q\": \"coffee\"}}"), false, [.wrongValue]),
    (call("{\"name\": \"find\", \"arguments\": {\"q\": \"tea\", \"n\": 9}}"), false, [.wrongValue]),
    (call("{\"name\": \"find\", \"arguments\": {\"q\": \"tea\", \"x\": 9}}"), false, [.wrongValue]),
    (right + right, false, [.extraCall]),
    ("{\"name\": \"find\", \"arguments\": {\"q\": \"tea\"}}", false, [.leakedSyntax]),
    (right + "</tool_call>", false, [.leakedSyntax]),
    ("<tool_call>{\"name\": \"find\", \"argu", true, [.truncated]),
    ("<tool_call>{\"name\": \"find\", \"argu", false, [.truncated]),
    ("Tea is a drink that", true, [.truncated]),
    (String(repeating: "tea and ", count: 80), true, [.repetitionLoop]),
    ("[TOOL_CALLS]find[ARGS]{\"q\": \"tea\"}", false, [.wrongParser]),
    ("<tool_call><function=find><parameter=q>tea</parameter></function></tool_call>", false, [.wrongParser]),
  ]

  @Test(arguments: outputs) func `a turn fails for its reason`(
    _ text: String, _ isCutOff: Bool, _ failures: [CallFailure]
  ) {
    let judge = CallJudge(parser: .jsonTools, tools: Self.tools)
    let judgement = judge.judge(text, isCutOff: isCutOff, expected: Self.expected)
    #expect(judgement.failures == failures)
    #expect(judgement.detail.isEmpty == failures.isEmpty)
  }

  @Test func `every kind of failure is covered`() {
    #expect(Set(Self.outputs.flatMap(\.2)) == Set(CallFailure.allCases))
  }

  @Test func `a turn without expected calls is valid with text and not without`() {
    let judge = CallJudge(parser: .jsonTools, tools: Self.tools)
    #expect(judge.judge("Done.", isCutOff: false, expected: []).isValid)
    #expect(judge.judge(Self.right, isCutOff: false, expected: []).failures == [.extraCall])
    #expect(judge.judge("<think>hm", isCutOff: false, expected: []).isAnswered == false)
  }

  @Test func `a pattern of thousands of brackets, or of thousands of bytes, matches nothing and ends nothing`() {
    for pattern in ["tea" + String(repeating: "[^", count: 5000), String(repeating: "(", count: 5000), "(tea", "["] {
      #expect(!ArgumentCheck.matches(pattern).passes("tea"))
    }
    #expect(!ArgumentCheck.matches("tea|" + String(repeating: "x", count: 1000)).passes("tea"))
    let nested = String(repeating: "(", count: 20) + "tea" + String(repeating: ")", count: 20)
    #expect(ArgumentCheck.matches(nested).passes("green tea"))
  }

  @Test func `parallel calls may come in any order`() {
    let judge = CallJudge(parser: .jsonTools, tools: Self.tools)
    let wanted = ["a", "b"].map {
      ExpectedCall(name: "find", arguments: [ExpectedArgument(name: "q", check: .equals(.string($0)))])
    }
    let output = ["b", "a"].map { Self.call("{\"name\": \"find\", \"arguments\": {\"q\": \"\($0)\"}}") }.joined()
    #expect(judge.judge(output, isCutOff: false, expected: wanted).isValid)
  }

  @Test func `a call that passes for two expected ones is left to the one that has no other`() {
    let judge = CallJudge(parser: .jsonTools, tools: Self.tools)
    let wanted = [
      ExpectedCall(name: "find", arguments: [ExpectedArgument(name: "q", check: .oneOf(["a", "b"]))]),
      ExpectedCall(name: "find", arguments: [ExpectedArgument(name: "q", check: .equals("a"))]),
    ]
    for order in [["a", "b"], ["b", "a"]] {
      let output = order.map { Self.call("{\"name\": \"find\", \"arguments\": {\"q\": \"\($0)\"}}") }.joined()
      #expect(judge.judge(output, isCutOff: false, expected: wanted).isValid)
      #expect(judge.judge(output, isCutOff: false, expected: wanted.reversed()).isValid)
    }
  }

  @Test func `100,000 repeated words are a repetition loop`() {
    let judge = CallJudge(parser: .jsonTools, tools: Self.tools)
    let text = String(repeating: "again ", count: 100_000)
    #expect(judge.judge(text, isCutOff: true, expected: Self.expected).failures.contains(.repetitionLoop))
  }

  @Test func `schemas constrain values`() {
    let schema = JSONSchema([
      "type": "object", "required": ["a"], "additionalProperties": false,
      "properties": ["a": ["type": "array", "items": ["enum": [1, 2]], "maxItems": 2], "b": ["pattern": "^x"]],
    ])
    #expect(schema.problem(of: ["a": [1, 2]]) == nil)
    #expect(schema.problem(of: ["a": [3]]) == ".a [0] is none of the listed values")
    #expect(schema.problem(of: ["a": [], "c": 1]) == ".c is not allowed")
    #expect(schema.problem(of: ["a": [], "b": "y"]) == ".b does not match the pattern")
    #expect(schema.problem(of: [:]) == "lacks a")
  }
}
