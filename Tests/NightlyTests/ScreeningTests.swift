import Envelopes
import Foundation
import JSON
import Testing

@testable import Nightly

@Suite("The short measurement of a new candidate")
struct ScreeningTests {
  private func shipped(_ name: String) throws -> Envelope {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try Envelope(contentsOf: root.appending(path: "envelopes/\(name).json"))
  }

  @Test("A router's embedding model routes one request, for which it indexes all skills")
  func router() throws {
    let envelope = try shipped("router")
    let screening = try #require(envelope.screening)
    let task = try #require(screening.accuracy.first)
    #expect(task.items.count == 1 && task.routing == envelope.accuracy.first?.routing)
    #expect(screening.throughput.isEmpty && screening.embedding.isEmpty && screening.hash != envelope.hash)
  }

  @Test(
    "A model that people search with answers one query, for which it indexes all documents", arguments: [false, true])
  func search(isAfterPairs: Bool) throws {
    let items = (0..<40).map { ["id": .string("p\($0)"), "texts": ["a", "b"], "score": .integer($0)] as JSONValue }
    let pairs: JSONValue = ["id": "pairs", "kind": "similarity", "items": .array(items)]
    let search: JSONValue = [
      "id": "search", "kind": "retrieval",
      "documents": [["id": "a", "text": "one"], ["id": "b", "text": "two"]],
      "items": [
        ["id": "q1", "prompt": "which?", "relevant": ["a"]], ["id": "q2", "prompt": "which?", "relevant": ["b"]],
      ],
    ]
    var source = try #require(try shipped("router").source.object)
    source["accuracy"] = .array(isAfterPairs ? [pairs, search] : [search, pairs])
    source["embedding"] = [["id": "one", "task": "search", "texts": "queries", "batch": 1, "turns": 2]]
    var promotion = try #require(source["promotion"]?.object)
    promotion["primary"] = [
      "metric": "embed_latency_p50_ms", "min_effect": 0.05, "expected_effect": 0.2, "cells": ["one": 1],
    ]
    promotion["guardrails"] = [
      ["metric": "ndcg_at_10", "cell": "search", "margin": 0.05],
      ["metric": "recall_at_k", "cell": "search", "margin": 0.05],
      ["metric": "spearman_correlation", "cell": "pairs", "margin": 0.03],
      ["metric": "embed_latency_p95_ms", "cell": "one", "margin": 0.3], ["metric": "peak_memory_bytes", "margin": 0.1],
    ]
    source["promotion"] = .object(promotion)
    let screening = try #require(try Envelope(source: .object(source)).screening)
    let task = try #require(screening.accuracy.first { $0.id == "search" })
    #expect(task.items.count == 1 && task.retrieval?.documents.count == 2)
    // A correlation needs its least number of pairs.
    #expect(screening.accuracy.first { $0.id == "pairs" }?.items.count == 30)
  }

  @Test("A model that generates is timed in every cell", arguments: ["smoke", "nightly"])
  func generating(name: String) throws {
    let envelope = try shipped(name)
    let screening = try #require(envelope.screening)
    #expect(screening.throughput.map(\.id) == envelope.throughput.map(\.id))
    #expect(screening.accuracy.allSatisfy { $0.items.count == 1 })
  }
}
