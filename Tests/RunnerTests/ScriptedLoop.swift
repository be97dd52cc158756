import Envelopes
import Foundation
import JSON
import Measurements
import Store
import Synchronization
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
    Program.executable.deletingLastPathComponent().appendingPathComponent("scripted-worker")
  }

  init() throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore(at: folder.url.appendingPathComponent("test.sqlite"), mode: .readWrite)
  }

  /// Runs the loop with one model and returns its samples.
  func samples(
    outputs: [JSONValue], rounds: Int? = nil, members: [(String, JSONValue)] = []
  ) async throws -> [Sample] {
    let envelope = try Self.envelope(rounds: rounds ?? outputs.count, members)
    let number = try await run(envelope, [.candidate: outputs])
    return try store.samples(of: number, side: nil)
  }

  /// Runs the loop with a model for each side, both from scripts of their own.
  ///
  /// - Parameter turns: Cancels the run after so many samples; what is thrown then is thrown on.
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
    let seen = Mutex(0)
    let work = Mutex<Task<SessionNumber, any Error>?>(nil)
    let runner = MeasurementRunner(plan, store: store) { event in
      guard case .measured = event else { return }
      let count = seen.withLock { seen in
        seen += 1
        return seen
      }
      if count == turns { work.withLock { $0?.cancel() } }
    }
    let task = work.withLock { work in
      let task = Task { try await runner.run(resuming: resuming) }
      work = task
      return task
    }
    return try await task.value
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
