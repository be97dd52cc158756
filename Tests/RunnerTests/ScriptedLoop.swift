import Envelopes
import Foundation
import JSON
import Measurements
import Store
import TestSupport
import ToolCalls
import WorkerProtocol

@testable import Runner

/// A live loop, or a replay, whose worker plays recorded outputs.
struct ScriptedLoop {
  let folder: TemporaryFolder
  let store: MeasurementStore
  var chat: JSONValue = ["takes_tools": true, "takes_thinking": false, "parser": "json_tools"]
  var contextLength = 1_000_000
  var parser: CallParser?

  static var executable: URL {
    Program.product("scripted-worker")
  }

  init() throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore(at: folder("test.sqlite"), mode: .readWrite)
  }

  /// Runs the loop with one model and returns its samples.
  func samples(
    outputs: [JSONValue], rounds: Int? = nil, members: [(String, JSONValue)] = []
  ) async throws -> [Sample] {
    let envelope = try Self.envelope(rounds: rounds ?? outputs.count, members)
    let number = try await run(envelope, [.candidate: outputs])
    return try store.samples(of: number, side: nil)
  }

  /// Runs the loop with a model for each side, each by its own script.
  ///
  /// - Parameter turns: Cancels the run after that many samples, which throws `CancellationError`.
  func run(
    _ envelope: Envelope, _ outputs: [Side: [JSONValue]], resuming: Bool = false, cancellingAfter turns: Int? = nil
  ) async throws -> SessionNumber {
    let contenders = try Side.allCases.compactMap { side -> MeasurementPlan.Contender? in
      guard let outputs = outputs[side] else { return nil }
      let script: JSONValue = [
        "weights": .string(side.rawValue), "chat": chat, "context_length": .integer(contextLength),
        "outputs": .array(outputs),
      ]
      let file = try folder.write(script.serialized(), to: "\(side.rawValue)/script.json")
      return .init(side: side, model: ModelID(rawValue: side.rawValue), folder: file.deletingLastPathComponent())
    }
    let plan = MeasurementPlan(
      envelope: envelope, contenders: contenders, role: nil, environment: .isolated,
      command: WorkerCommand(executable: Self.executable, arguments: []), threads: nil, version: "test", parser: parser)
    return try await MeasurementRunner.run(plan, store: store, resuming: resuming, cancellingAfter: turns)
  }

  /// Every round asks for `find` with "q" as "tea".
  static func envelope(
    rounds: Int, _ members: [(String, JSONValue)] = [], guardrails: JSONValue = []
  ) throws -> Envelope {
    var cell = JSONObject([
      ("id", "loop"), ("trace", "tea"), ("mode", "live"), ("announce", "template"), ("max_tokens", 16),
    ])
    for (name, value) in members { cell[name] = value }
    let round: JSONValue = ["user": "Find tea.", "calls": [["name": "find", "arguments": ["q": ["equals": "tea"]]]]]
    let tools: JSONValue = .array(
      ["find", "send"].map { name in
        [
          "name": .string(name), "description": "For tests.", "result": "found: čaj",
          "parameters": ["type": "object", "properties": ["q": ["type": "string"]], "required": ["q"]],
        ]
      })
    return try Envelope(source: [
      "schema": 1, "id": "test", "version": 1, "description": "For tests.",
      "sampling": ["temperature": 0, "top_p": 1, "seed": 0], "throughput": [], "accuracy": [],
      "tool_sets": [["id": "set", "tools": tools]],
      "traces": [
        ["id": "tea", "tools": "set", "system": "Use tools.", "rounds": .array(Array(repeating: round, count: rounds))]
      ],
      "tool_loops": [.object(cell)], "plan": ["blocks": 1, "warm_ups": 0, "order_seed": 1, "void_limit": 0.5],
      "promotion": [
        "confidence": 0.9,
        "objectives": [
          cell["mode"] == "live"
            ? ["metric": "valid_tool_call_rate", "cell": "loop", "min_effect": 0.1]
            : ["metric": "turn_latency_p50_ms", "cell": "loop", "min_effect": 0.1]
        ],
        "guardrails": guardrails, "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": true],
      ],
    ])
  }
}

/// What a model might write when `find` with "q" as "tea" is due, one output per entry of the taxonomy.
enum RecordedOutputs {
  static func call(_ json: String) -> String { "<tool_call>\(json)</tool_call>" }
  static let right = call("{\"name\": \"find\", \"arguments\": {\"q\": \"tea\"}}")

  static let all: [(output: JSONValue, failures: [CallFailure])] = [
    (["text": .string(right)], []),
    (["text": "Tea is a drink."], [.noCall]),
    (["text": .string(call("{\"name\": \" \", \"arguments\": {}}"))], [.emptyName]),
    (["text": .string(call("{\"name\": \"look\", \"arguments\": {}}"))], [.unknownTool]),
    (["text": .string(call("{\"name\": \"send\", \"arguments\": {\"q\": \"tea\"}}"))], [.wrongTool]),
    (["text": .string(call("{\"name\": \"find\" \"arguments\": {}}"))], [.badJSON]),
    (["text": .string(call("{\"name\": \"find\", \"arguments\": {}}"))], [.missingArgument]),
    (["text": .string(call("{\"name\": \"find\", \"arguments\": {\"q\": \"☕️\"}}"))], [.wrongValue]),
    (["text": .string(right + right)], [.extraCall]),
    (["text": .string(right + "</tool_call>")], [.leakedSyntax]),
    (["text": "<tool_call>{\"name\": \"fi", "finish": "length"], [.truncated]),
    (["text": "and tea ", "repeat": 100, "finish": "length"], [.repetitionLoop]),
    (["text": "[TOOL_CALLS]find[ARGS]{\"q\": \"tea\"}"], [.wrongParser]),
    (["text": .string(right)], []),
  ]

  /// Every byte at which an output can be cut in two.
  static func cuts(of output: JSONValue) -> Range<Int> {
    0..<(output["text"]?.string ?? "").utf8.count * (output["repeat"]?.integer ?? 1) + 1
  }

  /// The output streamed in pieces that end after these bytes.
  static func cut(_ output: JSONValue, after bytes: some Sequence<Int>) -> JSONValue {
    var object = output.object ?? JSONObject()
    object["cuts"] = .array(bytes.map { .integer($0) })
    return .object(object)
  }
}
