import JSON
import Testing
@testable import Envelopes

@Suite("Summary of an envelope")
struct EnvelopeSummaryTests {
  @Test("The text names cells with their regime, tasks with their items, plan and rule")
  func text() throws {
    let expected = """
      example, version 3, envelope 98a80340fb7a
      A small example.

      Throughput cells
        short  64 prompt tokens, 32 decode tokens, concurrency 1
        long   512 prompt tokens, 32 decode tokens, concurrency 1

      Accuracy tasks
        choice  2 items, multiple choice, plain prompts
        gap     1 item, cloze, plain prompts
        exact   1 item, exact match of at most 8 tokens, chat template

      Sampling
        temperature 0.0, top-p 1.0, seed 7

      Plan
        6 ABBA blocks per cell after 1 warm-up per model and cell, order seed 11
        a block is void if a model's two repetitions differ by more than 15 %
        no verdict rests on a cell with more than 25 % of its blocks void

      Requests of a comparison
        48 for throughput after 4 warm-ups, 8 answers

      Promotion, by intervals of 95 % confidence
        the candidate is promoted if at least one of these is shown:
          cumulative throughput (tokens/s) of short is higher by more than 2 %
        and each of these is shown:
          accuracy (share) of choice is lower by at most 15 points
          time to first token (ms) of long is higher by at most 10 %
          answer flips (share) of gap are at most 30 points
          peak memory (bytes) of the run is higher by at most 10 %
        a verdict is final after 4 agreeing comparisons, 5 days or more apart
        a provisional verdict must not change the registry
      """
    #expect(try Envelope(source: ExampleEnvelope.source()).summaryText == expected)
  }

  @Test("The JSON has the regimes, the defaults and the number of requests, and no items")
  func json() throws {
    let envelope = try Envelope(source: ExampleEnvelope.source())
    let summary = envelope.summaryJSON
    #expect(summary["hash"] == .string(envelope.hash.rawValue))
    #expect(summary["plan"]?["divergence_limit"] == 0.15)
    #expect(
      summary["throughput"]?.array?.first
        == ["id": "short", "prompt_tokens": 64, "decode_tokens": 32, "concurrency": 1, "cached_tokens": 0])
    #expect(
      summary["accuracy"]?.array?.first
        == ["id": "choice", "kind": "multiple_choice", "chat": false, "max_tokens": 16, "items": 2])
    #expect(summary["requests"] == ["warm_ups": 4, "throughput": 48, "answers": 8, "turns": 0])
    #expect(summary["promotion"] == envelope.source["promotion"])
  }
}
