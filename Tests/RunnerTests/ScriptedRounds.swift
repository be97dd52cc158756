import Envelopes
import Foundation
import JSON
import Measurements
import Store
import TestSupport
import WorkerProtocol

@testable import Runner

/// Sessions by rounds whose workers play scripts, in real processes, and a real database.
struct ScriptedRounds {
  let folder: TemporaryFolder
  let store: MeasurementStore

  static let rounds = 6

  init() throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore(at: folder("test.sqlite"), mode: .readWrite)
  }

  /// The members of a script whose worker takes a millisecond per token and makes requests in slices.
  static func script(_ weights: String, _ members: [(String, JSONValue)] = []) -> JSONObject {
    JSONObject(
      [("weights", .string(weights)), ("token_nanoseconds", 1_000_000), ("prefill_chunk", 8)] + members)
  }

  /// A plan for models that play these scripts, each called like its side.
  func plan(_ envelope: Envelope, _ scripts: [Side: JSONObject]) throws -> MeasurementPlan {
    let contenders = try Side.allCases.compactMap { side -> MeasurementPlan.Contender? in
      guard let script = scripts[side] else { return nil }
      let file = try folder.write(JSONValue.object(script).serialized(), to: "\(side.rawValue)/script.json")
      return .init(side: side, model: ModelID(rawValue: side.rawValue), folder: file.deletingLastPathComponent())
    }
    return MeasurementPlan(
      envelope: envelope, contenders: contenders, role: nil, environment: .isolated,
      command: WorkerCommand(executable: Program.product("scripted-worker"), arguments: []), threads: nil,
      version: "test")
  }

  /// Measures two models of different weights.
  func run(
    _ envelope: Envelope, resident: [(String, JSONValue)] = [], candidate: [(String, JSONValue)] = []
  ) async throws -> SessionNumber {
    let scripts: [Side: JSONObject] = [
      .resident: Self.script("r", resident), .candidate: Self.script("c", candidate),
    ]
    return try await MeasurementRunner(plan(envelope, scripts), store: store).run()
  }

  /// Measures until that many samples are there, which throws `CancellationError`.
  func run(_ plan: MeasurementPlan, cancellingAfter samples: Int) async throws {
    _ = try await MeasurementRunner.run(plan, store: store, cancellingAfter: samples)
  }

  /// An envelope of rounds with cells of 20 prompt and 12 decoded tokens, in slices of 5 ms, that guards nothing.
  static func envelope(cells: [String] = ["a", "b"], _ members: [(String, JSONValue)] = []) throws -> Envelope {
    let unguarded = Metric.scored.filter { $0.isOfThroughput || $0 == .peakMemory || $0 == .accuracy }
    var object = JSONObject([
      ("schema", 2), ("id", "test"), ("version", 1), ("description", "For tests."),
      ("sampling", ["temperature": 0, "top_p": 1, "seed": 0]),
      (
        "throughput",
        .array(
          cells.map { ["id": .string($0), "text": "The fox. ", "prompt_tokens": 20, "decode_tokens": 12] })
      ),
      ("accuracy", []),
      // What a hypervisor takes from the tests voids none of their rounds.
      ("environment", ["max_steal_share": 1]),
      (
        "plan",
        [
          "rounds": .integer(rounds), "minimum_rounds": .integer(rounds), "slice_milliseconds": 5, "order_seed": 1,
          "void_limit": 0.9,
        ]
      ),
      (
        "promotion",
        [
          "confidence": 0.95,
          "primary": [
            "metric": "cumulative_tokens_per_second",
            "cells": .object(JSONObject(cells.map { ($0, 1) })), "min_effect": 0.02, "expected_effect": 0.05,
          ],
          "guardrails": [],
          "unguarded": .array(unguarded.map { ["metric": .string($0.rawValue), "reason": "It is a test."] }),
          "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": true],
        ]
      ),
    ])
    for (name, value) in members { object[name] = value }
    return try Envelope(source: .object(object))
  }
}
