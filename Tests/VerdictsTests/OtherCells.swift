import Envelopes
import JSON
import Measurements

extension Fixture {
  /// Adds a perplexity task and a divergence task of one text each, in which the candidate loses `gain` nats per token
  /// less, and judges by them alone.
  mutating func judgeTexts(gain: Double = 0.02, tokens: Int = 128) {
    tasks = [
      ["id": "text", "kind": "perplexity", "items": [["id": "p1", "prompt": "Once upon a time."]]],
      [
        "id": "drift", "kind": "divergence", "reference": "org/reference",
        "items": [["id": "p1", "prompt": "Once upon a time."]],
      ],
    ]
    objectives = [["metric": "kl_divergence_nats", "cell": "drift", "min_effect": 0.005]]
    guardrails = [["metric": "perplexity", "cell": "text", "margin": 0.02]]
    for side in Side.allCases {
      let losses = (0..<tokens).map { 1.5 + 0.001 * Double($0 % 5) - (side == .candidate ? gain : 0) }
      added[side] = [
        text("text", side, .logProbabilities(losses.map { -$0 })),
        text("drift", side, .divergences(losses, reference: "reference-weights")),
      ]
    }
  }

  /// Adds a retrieval task of 40 queries and a similarity task of 40 pairs, and judges by them alone. The candidate's relevant
  /// documents have those ranks, the resident's always rank 4.
  mutating func judgeRankings(candidateRanks: (Int) -> [Double] = { _ in [1] }, spread: Double = 0.05) {
    let documents = (0..<12).map { ["id": .string("d\($0)"), "text": .string("Text \($0).")] as JSONValue }
    tasks = [
      [
        "id": "search", "kind": "retrieval", "documents": .array(documents),
        "items": .array((0..<40).map { ["id": .string("q\($0)"), "prompt": "Which?", "relevant": ["d3"]] }),
      ],
      [
        "id": "sts", "kind": "similarity",
        "items": .array(
          (0..<40).map { ["id": .string("p\($0)"), "texts": ["a", "b"], "score": .integer($0 % 6)] }),
      ],
    ]
    objectives = [["metric": "ndcg_at_10", "cell": "search", "min_effect": 0.05]]
    guardrails = [
      ["metric": "recall_at_k", "cell": "search", "margin": 0.2],
      ["metric": "spearman_correlation", "cell": "sts", "margin": 0.1],
    ]
    for side in Side.allCases {
      let rankings = (0..<40).map { query in
        let ranks = side == .candidate ? candidateRanks(query) : [4]
        return sample(
          Sample.Place(cell: "search", block: 0, repetition: 0, item: "q\(query)"), side,
          .answer(
            AnswerReading(
              answer: ranks == [1] ? "d3" : "d7", isCorrect: ranks == [1], optionScores: ranks, completionTokens: 0)))
      }
      let pairs = (0..<40).map { pair in
        let noise = (side == .candidate ? 0.8 : 1) * spread * Double((pair * 7) % 11 - 5)
        return sample(
          Sample.Place(cell: "sts", block: 0, repetition: 0, item: "p\(pair)"), side,
          .similarity(0.1 * Double(pair % 6) + noise))
      }
      added[side] = rankings + pairs
    }
  }

  private func text(_ cell: CellID, _ side: Side, _ scores: TextScores) -> Sample {
    sample(Sample.Place(cell: cell, block: 0, repetition: 0, item: "p1"), side, .text(scores))
  }

  /// Adds a live loop, in which the candidate makes no call in the rounds named, and a replay, in which its turns take
  /// 0.8 of the resident's time; and judges by them alone.
  mutating func judgeLoops(failing: Set<Int> = [2, 5], rounds: Int = 12) {
    let call: JSONValue = ["name": "find", "arguments": ["q": ["equals": "tea"]]]
    let round: JSONValue = ["user": "Find tea.", "calls": [call]]
    let tool: JSONValue = [
      "name": "find", "description": "For tests.", "result": "found",
      "parameters": ["type": "object", "properties": ["q": ["type": "string"]], "required": ["q"]],
    ]
    members = [
      ("tool_sets", [["id": "set", "tools": [tool]]]),
      (
        "traces",
        [
          [
            "id": "tea", "tools": "set", "system": "Use tools.",
            "rounds": .array(Array(repeating: round, count: rounds)),
          ]
        ]
      ),
      (
        "tool_loops",
        [
          ["id": "live", "trace": "tea", "mode": "live", "announce": "template", "max_tokens": 8],
          ["id": "replay", "trace": "tea", "mode": "replay", "announce": "template", "max_tokens": 4, "blocks": 6],
        ]
      ),
    ]
    objectives = [["metric": "turn_latency_p50_ms", "cell": "replay", "min_effect": 0.01]]
    guardrails = [
      ["metric": "valid_tool_call_rate", "cell": "live", "margin": 0.5],
      ["metric": "first_degraded_round", "cell": "live", "margin": 0.9],
      ["metric": "answered_share", "cell": "live", "margin": 0.5],
    ]
    for side in Side.allCases {
      let live = (1...rounds).map { number in
        let isMissed = side == .candidate && failing.contains(number)
        return turn(
          Sample.Place(cell: "live", block: 0, repetition: 0, round: number), side,
          TurnJudgement(
            parser: "json_tools", failures: isMissed ? ["no_call"] : [], detail: isMissed ? "no call" : "",
            isAnswered: true, text: isMissed ? "No." : "find tea"))
      }
      let replay = (0..<6).flatMap { block in
        (0..<2).flatMap { repetition in
          (1...rounds).map { number in
            turn(Sample.Place(cell: "replay", block: block, repetition: repetition, round: number), side, nil)
          }
        }
      }
      added[side] = live + replay
    }
  }

  private func turn(_ place: Sample.Place, _ side: Side, _ judgement: TurnJudgement?) -> Sample {
    let scale = (side == .candidate ? 0.8 : 1) * (1 + 0.002 * Double(place.block % 3))
    let times = ThroughputReading(
      promptTokens: 20 * (place.round ?? 1), cachedTokens: 20 * ((place.round ?? 1) - 1),
      tokenNanoseconds: (1...4).map { Int64(10e6 * Double($0) * scale) })
    var sample = sample(place, side, .turn(TurnReading(times: times, judgement: judgement)))
    sample.elapsedNanoseconds = Int64(50e6 * scale)
    return sample
  }
}
