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

@Suite("Retrieval and similarity", .serialized)
struct RetrievalTests {
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

  private static let texts = ["the book", "baking", "the weather?", "table", "?", "book the table", "weather"]

  private func envelope(truncation: Bool = false) throws -> Envelope {
    let documents = Self.texts.enumerated().map { index, text in
      ["id": .string("d\(index)"), "text": .string(text)] as JSONValue
    }
    let queries = Self.texts.enumerated().map { index, text -> JSONValue in
      ["id": .string("q\(index)"), "prompt": .string(text), "relevant": [.string("d\(index)")]]
    }
    let pairs = (0..<30).map { index -> JSONValue in
      let (one, two) = (Self.texts[index % 7], Self.texts[(index * 3) % 7])
      return [
        "id": .string("p\(index)"), "texts": [.string(one), .string(two)],
        "score": .integer(one == two ? 5 : index % 4),
      ]
    }
    return try Envelope(
      source: [
        "schema": 2, "id": "search", "version": 1, "description": "Finds a few documents.",
        "sampling": ["temperature": 0, "top_p": 1, "seed": 1], "throughput": [],
        "accuracy": [
          [
            "id": "docs", "kind": "retrieval", "documents": .array(documents), "items": .array(queries),
            "recall_at": 3, "truncation": .bool(truncation),
          ], ["id": "sts", "kind": "similarity", "items": .array(pairs)],
        ],
        "embedding": [
          ["id": "one", "task": "docs", "texts": "queries", "batch": 1, "turns": 5],
          ["id": "many", "task": "sts", "texts": "pairs", "batch": 6, "turns": 1],
        ],
        "plan": ["rounds": 6, "minimum_rounds": 6, "slice_milliseconds": 20, "order_seed": 1, "void_limit": 0.9],
        "promotion": [
          "confidence": 0.95,
          "primary": [
            "metric": "embed_latency_p50_ms", "min_effect": 0.5, "expected_effect": 0.9, "cells": ["one": 1],
          ],
          "guardrails": [
            ["metric": "ndcg_at_10", "cell": "docs", "margin": 0.9],
            ["metric": "recall_at_k", "cell": "docs", "margin": 0.9],
            ["metric": "spearman_correlation", "cell": "sts", "margin": 0.9],
            ["metric": "embed_latency_p95_ms", "cell": "one", "margin": 0.9],
            ["metric": "embedded_texts_per_second", "cell": "many", "margin": 0.9],
            ["metric": "peak_memory_bytes", "margin": 0.9],
          ], "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": true],
        ],
      ])
  }

  private func evidence(_ envelope: Envelope, candidate: URL) async throws -> Evidence {
    let plan = MeasurementPlan(
      envelope: envelope,
      contenders: [
        .init(side: .resident, model: "one", folder: embedder.url),
        .init(side: .candidate, model: "other", folder: candidate),
      ], role: "embedding", environment: .isolated,
      command: WorkerCommand(executable: Program.executable, arguments: ["worker"]), threads: 1, version: "test")
    return try store.evidence(try await MeasurementRunner(plan, store: store).run())
  }

  @Test(
    "Documents are ranked for each query and pairs compared once by each model, and the verdict follows from the samples"
  )
  func comparison() async throws {
    let evidence = try await evidence(try envelope(), candidate: other.url)
    let program = try #require(try Program.executable.resourceValues(forKeys: [.fileSizeKey]).fileSize)
    for side in Side.allCases {
      let samples = evidence.samples(of: side)
      // The program's file, which every worker hashes, is not among what it holds.
      #expect(samples.allSatisfy { $0.peakMemoryBytes > 0 && $0.peakMemoryBytes < program })
      let answers = samples.filter { $0.place.cell == "docs" }.compactMap(\.answer)
      #expect(answers.count == 7)
      for (index, answer) in answers.enumerated() {
        // Queries have another prompt than documents, so the same text need not be the nearest.
        #expect(answer.optionScores.count == 1 && (1...7).contains(answer.optionScores[0]))
        #expect(answer.isCorrect == (answer.optionScores == [1]) && answer.isCorrect == (answer.answer == "d\(index)"))
      }
      #expect(answers.contains { $0.isCorrect })
      let pairs = samples.filter { $0.place.cell == "sts" }
      #expect(pairs.count == 30 && pairs.allSatisfy { $0.similarity != nil && $0.elapsedNanoseconds > 0 })
      // The first of every seven is a text with itself.
      #expect(abs((pairs.first { $0.place.item == "p0" }?.similarity ?? 0) - 1) < 1e-6)
      #expect(samples.filter { $0.place.cell == "many" }.allSatisfy { $0.turn?.times.sequences == 6 })
    }
    let verdict = try Judge(VerdictInputs(evidence)).verdict()
    #expect(verdict.gaps.isEmpty && verdict.guardrails.allSatisfy { $0.effect != nil }, "\(verdict.gaps)")
    let figures = Set(verdict.facts.filter { $0.side == .resident }.flatMap { $0.figures.map(\.metric) })
    #expect(figures.isSuperset(of: [.discountedGain, .recall, .rankCorrelation, .embedLatencyP50]))
  }

  @Test("Documents that are read in part make no scores, unless the task allows it")
  func truncated() async throws {
    try other.write(#"{"max_seq_length": 4, "do_lower_case": false}"#, to: "sentence_bert_config.json")
    func cut(_ evidence: Evidence, _ cell: CellID) -> [String] {
      evidence.candidateSamples.filter { $0.place.cell == cell }.compactMap { sample in
        if case .unscored(.unsupported, let message) = sample.outcome { message } else { nil }
      }
    }
    let refused = try await evidence(try envelope(), candidate: other.url)
    #expect(cut(refused, "docs").count == 7 && cut(refused, "docs").allSatisfy { $0.contains("truncated") })
    #expect(!cut(refused, "sts").isEmpty && refused.residentSamples.allSatisfy { $0.status == .success })
    #expect(try Judge(VerdictInputs(refused)).verdict().outcome != .promote)
    let allowed = try await evidence(try envelope(truncation: true), candidate: other.url)
    #expect(cut(allowed, "docs").isEmpty)
  }

  @Test("A model that makes no vectors has unsupported samples, and is not promoted")
  func unsupported() async throws {
    let evidence = try await evidence(try envelope(), candidate: TestModels.uniform)
    let samples = evidence.candidateSamples.filter { $0.place.item != nil }
    #expect(samples.count == 37 && samples.allSatisfy { $0.status == .unsupported })
    #expect(try Judge(VerdictInputs(evidence)).verdict().outcome != .promote)
  }
}
