import JSON

extension BFCLPackage {
  /// The categories whose questions have one right function.
  private static let routed: [Category] = [.simple, .multiple]

  /// Questions with one right function as a routing task: every function of these categories is a skill, compared by its name
  /// and description.
  ///
  /// Functions of one name are one skill, with the description that comes first. No question belongs to none: those that the
  /// package calls irrelevant are so among their own functions, and may fit one of another question's.
  ///
  /// - Throws: `.missing`, `.malformed`.
  public func routingEnvelope() throws(TaskImportError) -> JSONValue {
    var skills: [(name: String, json: JSONValue)] = []
    var seen: Set<String> = []
    var items: [JSONValue] = []
    for category in Self.routed {
      for entry in try entries(of: category) {
        for function in entry.question.value["function"]?.array ?? [] {
          guard let name = function["name"]?.string, !name.isEmpty, name != "none" else {
            throw entry.malformed("has a function without a name, or one named none")
          }
          guard seen.insert(name).inserted else { continue }
          let description = function["description"]?.string ?? ""
          skills.append(
            (
              name,
              [
                "id": .string(name), "name": .string(name),
                "description": .string(description.isEmpty ? "No description." : description),
              ]
            ))
        }
        let names = (entry.answer.array ?? []).compactMap { $0.object?.members.first?.name }
        guard names.count == 1, seen.contains(names[0]) else {
          throw entry.malformed("its answer is not one of its functions")
        }
        items.append([
          "id": .string(entry.id), "prompt": .string(try entry.text(ofTurn: 0)), "skill": .string(names[0]),
        ])
      }
    }
    return wrap(skills.map(\.json), items, digest: try digest())
  }

  private func wrap(_ skills: [JSONValue], _ items: [JSONValue], digest: String) -> JSONValue {
    [
      "schema": 2, "id": "bfcl-routing", "version": 1,
      "description": """
      Questions of the Berkeley function-calling data (simple and multiple), each routed to one of all their functions.
      """,
      "sampling": ["temperature": 0, "top_p": 1, "seed": 1], "throughput": [],
      "accuracy": [
        [
          "id": "functions", "kind": "routing",
          "origin": [
            "package": "bfcl-eval", "version": .string(version), "license": "Apache-2.0", "sha256": .string(digest),
          ],
          // Every question belongs to a function, so nothing is too far away.
          "router": ["by": "descriptions", "threshold": -1], "skills": .array(skills), "items": .array(items),
        ]
      ],
      "embedding": [
        ["id": "one-request", "task": "functions", "texts": "requests", "batch": 1, "turns": 24],
        ["id": "index", "task": "functions", "texts": "skills", "batch": .integer(min(skills.count, 128)), "turns": 2],
      ],
      "plan": ["rounds": 20, "minimum_rounds": 8, "slice_milliseconds": 35, "order_seed": 7, "void_limit": 0.25],
      "promotion": [
        "confidence": 0.95,
        "primary": [
          "metric": "embed_latency_p50_ms", "min_effect": 0.05, "expected_effect": 0.2, "cells": ["one-request": 1],
        ],
        "guardrails": [
          ["metric": "accuracy", "cell": "functions", "margin": 0.07],
          ["metric": "top_3_accuracy", "cell": "functions", "margin": 0.08],
          ["metric": "embed_latency_p95_ms", "cell": "one-request", "margin": 0.3],
          ["metric": "embedded_texts_per_second", "cell": "index", "margin": 0.15],
          ["metric": "peak_memory_bytes", "margin": 0.1],
        ], "unguarded": [], "maturity": ["comparisons": 4, "days_between": 5, "allow_provisional": false],
      ],
    ]
  }
}
