import Envelopes
import JSON

/// An envelope for an embedding model that people search with.
public enum SearchEnvelope {
  /// - Parameters:
  ///   - retrieval: Of `SearchCollection`.
  ///   - similarity: Of `ScoredPairs`; at least one of both.
  /// - Throws: `.nothingToSearch` without a task, `.tooLarge` if nobody could read it back.
  public static func of(
    _ id: String, retrieval: JSONValue?, similarity: JSONValue?
  ) throws(TaskImportError) -> JSONValue {
    var (cells, guardrails): ([JSONValue], [JSONValue]) = ([], [])
    if let retrieval {
      let documents = retrieval["documents"]?.array?.count ?? 0
      cells += [
        ["id": "one-query", "task": "search", "texts": "queries", "batch": 1, "turns": 24],
        ["id": "index", "task": "search", "texts": "documents", "batch": .integer(min(documents, 32)), "turns": 2],
      ]
      guardrails += [
        ["metric": "ndcg_at_10", "cell": "search", "margin": 0.04],
        ["metric": "recall_at_k", "cell": "search", "margin": 0.05],
        ["metric": "embed_latency_p95_ms", "cell": "one-query", "margin": 0.3],
        ["metric": "embedded_texts_per_second", "cell": "index", "margin": 0.15],
      ]
    }
    if similarity != nil {
      guardrails.append(["metric": "spearman_correlation", "cell": "pairs", "margin": 0.03])
      if retrieval == nil {
        cells.append(["id": "one-query", "task": "pairs", "texts": "pairs", "batch": 1, "turns": 24])
        guardrails.append(["metric": "embed_latency_p95_ms", "cell": "one-query", "margin": 0.3])
      }
    }
    let tasks = [retrieval, similarity].compactMap(\.self)
    guard !tasks.isEmpty else { throw .nothingToSearch }
    let envelope: JSONValue = [
      "schema": 2, "id": .string(id), "version": 1,
      "description": """
      An embedding model for search: the candidate must answer one short text sooner, and find no less than within the margins.
      """, "sampling": ["temperature": 0, "top_p": 1, "seed": 1], "throughput": [], "accuracy": .array(tasks),
      "embedding": .array(cells),
      "plan": ["rounds": 20, "minimum_rounds": 8, "slice_milliseconds": 35, "order_seed": 7, "void_limit": 0.25],
      "promotion": [
        "confidence": 0.95,
        "primary": [
          "metric": "embed_latency_p50_ms", "min_effect": 0.05, "expected_effect": 0.2, "cells": ["one-query": 1],
        ], "guardrails": .array(guardrails + [["metric": "peak_memory_bytes", "margin": 0.1]]), "unguarded": [],
        "maturity": ["comparisons": 4, "days_between": 5, "allow_provisional": false],
      ],
    ]
    let bytes = envelope.serialized().utf8.count
    guard bytes < Envelope.sizeLimit else { throw .tooLarge(bytes: bytes, limit: Envelope.sizeLimit) }
    return envelope
  }
}
