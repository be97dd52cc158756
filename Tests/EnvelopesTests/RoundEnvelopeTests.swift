import JSON
import Measurements
import Testing

@testable import Envelopes

@Suite("Envelopes of rounds")
struct RoundEnvelopeTests {
  private static let text = """
    {
      "schema": 2, "id": "rounds", "version": 1, "description": "A small example.",
      "sampling": {"temperature": 0, "top_p": 1, "seed": 7},
      "throughput": [
        {"id": "short", "text": "Once", "prompt_tokens": 64, "decode_tokens": 32},
        {"id": "long", "text": "Once", "prompt_tokens": 512, "decode_tokens": 32}
      ],
      "accuracy": [
        {"id": "choice", "kind": "multiple_choice", "items": [
          {"id": "c1", "prompt": "The sky is", "options": ["blue", "square"], "answer": 0}]}],
      "tool_loops": [],
      "plan": {"rounds": 24, "minimum_rounds": 8, "order_seed": 1},
      "promotion": {
        "confidence": 0.95,
        "primary": {
          "metric": "cumulative_tokens_per_second", "min_effect": 0.02, "expected_effect": 0.1,
          "cells": {"short": 1, "long": 2.5}},
        "guardrails": [
          {"metric": "accuracy", "cell": "choice", "margin": 0.1},
          {"metric": "cumulative_tokens_per_second", "cell": "short", "margin": 0.05},
          {"metric": "cumulative_tokens_per_second", "cell": "long", "margin": 0.05},
          {"metric": "total_time_ms", "margin": 0},
          {"metric": "decode_tokens_per_second", "margin": 0.05},
          {"metric": "first_token_latency_ms", "margin": 0.1},
          {"metric": "steady_token_share", "margin": 0.1},
          {"metric": "peak_memory_bytes", "margin": 0.1}],
        "unguarded": [
          {"metric": "prefill_tokens_per_second", "reason": "it is the time to the first token"},
          {"metric": "inter_token_p95_ms", "cell": "short", "reason": "too few tokens"},
          {"metric": "inter_token_p95_ms", "cell": "long", "reason": "too few tokens"},
          {"metric": "inter_token_p99_ms", "reason": "too few tokens"},
          {"metric": "worst_second_tokens_per_second", "reason": "shorter than a second"}],
        "maturity": {"comparisons": 4, "days_between": 5, "allow_provisional": false}
      }
    }
    """

  private static func problems(_ edit: (inout JSONValue) -> Void) throws -> [String] {
    var source = try JSONValue(parsing: text)
    edit(&source)
    do throws(EnvelopeError) {
      _ = try Envelope(source: source)
      return []
    } catch {
      guard case .invalid(_, let problems) = error else { throw error }
      return problems.map(\.description)
    }
  }

  private static func removing(_ section: String, where isRemoved: (JSONValue) -> Bool) throws -> [String] {
    try problems { source in
      guard var object = source.object, var promotion = object["promotion"]?.object else { return }
      promotion[section] = .array((promotion[section]?.array ?? []).filter { !isRemoved($0) })
      object["promotion"] = .object(promotion)
      source = .object(object)
    }
  }

  @Test("The plan, the primary objective and what is unguarded are read")
  func reading() throws {
    let envelope = try Envelope(source: JSONValue(parsing: Self.text))
    #expect(envelope.schema == .rounds)
    #expect(envelope.plan == Plan(rounds: 24, minimumRounds: 8, orderSeed: 1))
    #expect(envelope.promotion.objectives.count == 1)
    let primary = try #require(envelope.promotion.objectives.first)
    #expect(primary.cells.map(\.cell) == ["short", "long"] && primary.cells.map(\.weight) == [1, 2.5])
    #expect(primary.cell == nil && primary.expectedEffect == 0.1)
    #expect(envelope.promotion.unguarded.count == 5)
  }

  @Test("A metric of a cell without a guardrail needs a reason")
  func coverage() throws {
    let missing = try Self.removing("guardrails") { $0["cell"]?.string == "long" }
    #expect(missing.count == 1)
    #expect(missing.first?.contains("cumulative_tokens_per_second of \"long\"") == true)
    // A mean over both cells is no guardrail on either.
    let joint = try Self.problems { source in
      guard var object = source.object, var promotion = object["promotion"]?.object else { return }
      let others = (promotion["guardrails"]?.array ?? []).filter {
        $0["metric"]?.string != "cumulative_tokens_per_second"
      }
      promotion["guardrails"] = .array(others + [["metric": "cumulative_tokens_per_second", "margin": 0.05]])
      object["promotion"] = .object(promotion)
      source = .object(object)
    }
    #expect(joint.count == 2)
    let tail = try Self.removing("guardrails") { $0["metric"]?.string == "steady_token_share" }
    #expect(tail.count == 2)
    let answers = try Self.removing("guardrails") { $0["metric"]?.string == "accuracy" }
    #expect(answers.count == 1)
    let reason = try Self.removing("unguarded") { $0["cell"]?.string == "short" }
    #expect(reason.count == 1 && reason.first?.contains("inter_token_p95_ms") == true)
  }

  @Test("Fewer rounds than six, and members of the other schema, are refused")
  func limits() throws {
    let few = try Self.problems { source in
      guard var object = source.object else { return }
      object["plan"] = ["rounds": 5, "order_seed": 1]
      source = .object(object)
    }
    #expect(few.contains { $0.contains("plan.rounds") })
    let blocks = try Self.problems { source in
      guard var object = source.object else { return }
      object["plan"] = ["blocks": 12, "warm_ups": 1, "order_seed": 1]
      source = .object(object)
    }
    #expect(blocks.contains { $0.contains("plan.blocks") })
  }

  @Test("The warm-up of slices is none unless the plan has one, and is printed")
  func warmUp() throws {
    func envelope(_ milliseconds: JSONValue) throws -> Envelope {
      var source = try #require(try JSONValue(parsing: Self.text).object)
      var plan = try #require(source["plan"]?.object)
      plan["slice_warm_up_milliseconds"] = milliseconds
      source["plan"] = .object(plan)
      return try Envelope(source: .object(source))
    }
    let plain = try Envelope(source: JSONValue(parsing: Self.text))
    #expect(plain.plan.slice?.warmUpSeconds == 0 && !plain.summaryText.contains("warm caches up"))
    let warmed = try envelope(20)
    #expect(warmed.plan.slice == SliceLength(seconds: 0.035, warmUpSeconds: 0.02))
    #expect(warmed.summaryText.contains("the first 20 ms of decoding in a slice warm caches up"))
    #expect(warmed.summaryJSON.object?["plan"]?.object?["slice_warm_up_milliseconds"] == .number(20))
    #expect(warmed.hash != plain.hash)
    #expect(throws: (any Error).self) { try envelope(-1) }
  }

  /// The envelope with other guardrails on a metric.
  private static func edited(_ edit: (inout JSONObject) -> Void, of metric: String) throws -> JSONValue {
    var source = try JSONValue(parsing: text)
    guard var object = source.object, var promotion = object["promotion"]?.object else { return source }
    promotion["guardrails"] = .array(
      (promotion["guardrails"]?.array ?? []).map { rule in
        guard var members = rule.object, rule["metric"]?.string == metric else { return rule }
        edit(&members)
        return .object(members)
      })
    object["promotion"] = .object(promotion)
    source = .object(object)
    return source
  }

  @Test("The mean of a guardrail is geometric unless it says otherwise, and of ratios of rounds alone")
  func mean() throws {
    let arithmetic = try Envelope(source: Self.edited({ $0["mean"] = "arithmetic" }, of: "total_time_ms"))
    let means = arithmetic.promotion.guardrails.map { ($0.metric, $0.mean) }
    #expect(means.allSatisfy { $0.1 == ($0.0 == .totalTime ? .arithmetic : .geometric) })
    #expect(arithmetic.summaryText.contains("is higher by at most 0 % by the arithmetic mean"))
    for (metric, mean) in [
      ("total_time_ms", "harmonic"), ("accuracy", "arithmetic"), ("peak_memory_bytes", "arithmetic"),
    ] {
      let source = try Self.edited({ $0["mean"] = .string(mean) }, of: metric)
      #expect(throws: EnvelopeError.self) { try Envelope(source: source) }
    }
  }

  @Test("Total time alone may be of requests in slices")
  func requests() throws {
    let sliced = try Envelope(source: Self.edited({ $0["requests"] = "sliced" }, of: "total_time_ms"))
    let requests = sliced.promotion.guardrails.map { ($0.metric, $0.requests) }
    #expect(requests.allSatisfy { $0.1 == ($0.0 == .totalTime ? .sliced : .all) })
    #expect(sliced.summaryText.contains("is higher by at most 0 %, of requests in slices"))
    for (metric, requests) in [("total_time_ms", "whole"), ("decode_tokens_per_second", "sliced"), ("accuracy", "all")]
    {
      let source = try Self.edited({ $0["requests"] = .string(requests) }, of: metric)
      #expect(throws: EnvelopeError.self) { try Envelope(source: source) }
    }
  }

  @Test("The summary says rounds, all cells together, and what may become worse")
  func summary() throws {
    let text = try Envelope(source: JSONValue(parsing: Self.text)).summaryText
    for words in [
      "24 rounds", "freshly loaded", "all cells together", "these may become worse", "too few tokens",
      "a comparison ends with a win from 8 rounds on, without one from 6",
    ] {
      #expect(text.contains(words), "\(words)")
    }
  }
}
