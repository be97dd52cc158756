import Envelopes
import Foundation
import JSON
import Measurements
import Store
import TestSupport
import Testing
import Verdicts
import WorkerProtocol

@testable import Runner

@Suite("Routing", .serialized)
struct RoutingTests {
  private let folder: TemporaryFolder
  private let store: MeasurementStore
  private let embedder: TemporaryFolder
  private let other: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore(at: folder("test.sqlite"), mode: .readWrite)
    embedder = try TinyEmbedder.complete()
    other = try TinyEmbedder.other()
  }

  private func envelope(rounds: Int) throws -> Envelope {
    let skills = ["book", "bake", "weather"].map { name -> JSONValue in
      let text = JSONValue.string(name)
      return ["id": text, "name": text, "description": "x", "examples": [text, .string("\(name) two")]]
    }
    let texts: [(skill: String?, text: String)] = [
      ("book", "the book"), ("bake", "baking"), ("weather", "the weather?"), (nil, "table"), (nil, "?"),
    ]
    let items = texts.enumerated().map { index, item -> JSONValue in
      let skill = item.skill.map { JSONValue.string($0) } ?? JSONValue.null
      return ["id": .string("r\(index)"), "prompt": .string(item.text), "skill": skill]
    }
    return try Envelope(
      source: [
        "schema": 2, "id": "route", "version": 1, "description": "Routes a few requests.",
        "sampling": ["temperature": 0, "top_p": 1, "seed": 1], "throughput": [],
        "accuracy": [
          [
            "id": "skills", "kind": "routing", "skills": .array(skills), "items": .array(items),
            "router": ["by": "examples_nearest", "threshold": "calibrated", "folds": 2],
          ]
        ],
        "embedding": [
          ["id": "one", "task": "skills", "texts": "requests", "batch": 1, "turns": 5],
          ["id": "many", "task": "skills", "texts": "skills", "batch": 6, "turns": 1],
        ],
        "plan": [
          "rounds": .integer(rounds), "minimum_rounds": .integer(rounds), "slice_milliseconds": 20, "order_seed": 1,
          "void_limit": 0.9,
        ],
        "promotion": [
          "confidence": 0.95,
          "primary": [
            "metric": "embed_latency_p50_ms", "min_effect": 0.5, "expected_effect": 0.9, "cells": ["one": 1],
          ],
          "guardrails": [
            ["metric": "accuracy", "cell": "skills", "margin": 0.9],
            ["metric": "none_accuracy", "cell": "skills", "margin": 0.9],
            ["metric": "top_3_accuracy", "cell": "skills", "margin": 0.9],
            ["metric": "embed_latency_p95_ms", "cell": "one", "margin": 0.9],
            ["metric": "embedded_texts_per_second", "cell": "many", "margin": 0.9],
            ["metric": "peak_memory_bytes", "margin": 0.9],
          ], "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": true],
        ],
      ])
  }

  private func plan(_ envelope: Envelope, candidate: URL) -> MeasurementPlan {
    MeasurementPlan(
      envelope: envelope,
      contenders: [
        .init(side: .resident, model: "one", folder: embedder.url),
        .init(side: .candidate, model: "other", folder: candidate),
      ], role: "embedding", environment: .isolated,
      command: WorkerCommand(executable: Program.executable, arguments: ["worker"]), threads: 1, version: "test")
  }

  @Test(
    "Requests are routed once by each model, vectors are timed in every round, and the verdict follows from the samples"
  )
  func comparison() async throws {
    let envelope = try envelope(rounds: 6)
    let number = try await MeasurementRunner(plan(envelope, candidate: other.url), store: store).run()
    let evidence = try store.evidence(number)
    for side in Side.allCases {
      let samples = evidence.samples(of: side)
      let answers = samples.filter { $0.place.cell == "skills" }
      #expect(answers.count == 5)
      for answer in answers {
        let reading = try #require(answer.answer)
        // Three skills and the threshold.
        #expect(reading.optionScores.count == 4 && ["book", "bake", "weather", "none"].contains(reading.answer))
      }
      let one = samples.filter { $0.place.cell == "one" }
      #expect(one.count >= 30 && one.allSatisfy { $0.turn?.isEmbedding == true && $0.turn?.times.sequences == 1 })
      #expect(samples.filter { $0.place.cell == "many" }.allSatisfy { $0.turn?.times.sequences == 6 })
      #expect(one.allSatisfy { $0.value(of: .turnLatencyP50) == nil && ($0.value(of: .embedLatencyP50) ?? 0) > 0 })
    }
    let verdict = try Judge(VerdictInputs(evidence)).verdict()
    #expect(verdict.objectives.first?.gaps.isEmpty == true && verdict.outcome != .promote)
    #expect(verdict.guardrails.allSatisfy { $0.effect != nil })
    let figures = verdict.facts.filter { $0.side == .resident }.flatMap { $0.figures.map(\.metric) }
    #expect(
      Set(figures).isSuperset(of: [
        .accuracy, .noneAccuracy, .topThreeAccuracy, .embedLatencyP50, .embedLatencyP95, .embeddedTextsPerSecond,
      ]))
  }

  @Test("The requests that a model gets wrong are listed with the right skill, the chosen one and the next")
  func wrongRoutes() async throws {
    let number = try await MeasurementRunner(
      plan(try envelope(rounds: 6), candidate: other.url), store: store
    ).run()
    let evidence = try store.evidence(number)
    let judge = try Judge(VerdictInputs(evidence))
    let wrong = Set(
      (evidence.residentSamples + evidence.candidateSamples).filter { $0.answer?.isCorrect == false }
        .compactMap(\.place.item))
    #expect(!wrong.isEmpty && Set(judge.wrongRoutes.map(\.item)) == wrong && judge.changedAnswers.isEmpty)
    for route in judge.wrongRoutes {
      #expect(["book", "bake", "weather", "none"].contains(route.right) && !route.request.isEmpty)
      for side in [route.resident, route.candidate] {
        #expect(side.isCorrect == (side.answer == route.right) && side.runnerUp?.skill != side.answer)
        if let own = side.similarity, let next = side.runnerUp { #expect(own >= next.similarity) }
        #expect((side.similarity == nil) == (side.answer == "none"))
      }
    }
    let facts = try #require(judge.vectorFacts)
    #expect(
      facts.differences.isEmpty && facts.resident.text.hasPrefix("mean pooling, normalized, 16 dimensions, 18 tokens"))
  }

  @Test("A request that a model reads in part is not scored, and files that pool in another way are named")
  func truncated() async throws {
    try other.write(#"{"max_seq_length": 4, "do_lower_case": false}"#, to: "sentence_bert_config.json")
    try other.replace("pooling_mode_mean_tokens", by: "pooling_mode_cls_token", in: "1_Pooling/config.json")
    let number = try await MeasurementRunner(
      plan(try envelope(rounds: 6), candidate: other.url), store: store
    ).run()
    let evidence = try store.evidence(number)
    let cut = evidence.candidateSamples.compactMap { sample -> String? in
      if case .unscored(.unsupported, let message) = sample.outcome { message } else { nil }
    }
    #expect(!cut.isEmpty && cut.allSatisfy { $0.contains("truncated") }, "\(cut)")
    #expect(evidence.residentSamples.allSatisfy { $0.status == .success })
    let judge = try Judge(VerdictInputs(evidence))
    #expect(try judge.verdict().outcome != .promote)
    #expect(judge.vectorFacts?.differences == ["pooling", "tokens read"])
  }

  @Test("A model that makes no vectors has unsupported samples, and is not promoted")
  func unsupported() async throws {
    let envelope = try envelope(rounds: 6)
    let number = try await MeasurementRunner(plan(envelope, candidate: TestModels.uniform), store: store).run()
    let evidence = try store.evidence(number)
    let answers = evidence.candidateSamples.filter { $0.place.cell == "skills" }
    #expect(answers.count == 5 && answers.allSatisfy { $0.status == .unsupported })
    #expect(try Judge(VerdictInputs(evidence)).verdict().outcome != .promote)
  }
}
