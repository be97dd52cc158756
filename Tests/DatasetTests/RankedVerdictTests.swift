import JSON
import Measurements
import Store
import Testing
import Verdicts

@testable import Dataset

@Suite("Verdicts about queries and pairs of texts in a dataset")
struct RankedVerdictTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private static var envelope: JSONValue {
    let documents = (0..<9).map { ["id": .string("d\($0)"), "text": .string("Text \($0).")] as JSONValue }
    let queries = (0..<40).map { query -> JSONValue in
      ["id": .string("q\(query)"), "prompt": "Which?", "relevant": ["d1": 2, "d2": 1]]
    }
    let pairs = (0..<30).map { pair -> JSONValue in
      ["id": .string("p\(pair)"), "texts": ["a", "b"], "score": .integer(pair % 5)]
    }
    return [
      "schema": 1, "id": "smoke", "version": 1, "description": "For tests.",
      "sampling": ["temperature": 0, "top_p": 1, "seed": 1], "throughput": [],
      "accuracy": [
        ["id": "search", "kind": "retrieval", "documents": .array(documents), "items": .array(queries)],
        ["id": "pairs", "kind": "similarity", "items": .array(pairs)],
      ], "plan": ["blocks": 2, "warm_ups": 0, "order_seed": 1, "void_limit": 0.5],
      "promotion": [
        "confidence": 0.95, "objectives": [["metric": "ndcg_at_10", "cell": "search", "min_effect": 0.05]],
        "guardrails": [
          ["metric": "recall_at_k", "cell": "search", "margin": 0.2],
          ["metric": "spearman_correlation", "cell": "pairs", "margin": 0.2],
        ], "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": true],
      ],
    ]
  }

  private static func side(_ side: MeasuredSide, ranks: [Double], noise: Double) -> MeasuredSide {
    var side = side
    let rankings = (0..<40).map { query in
      MeasuredSide.sample(
        "search", item: "q\(query)",
        .answer(
          AnswerReading(
            answer: ranks[0] == 1 ? "d1" : "d7", isCorrect: ranks.contains(1), optionScores: ranks,
            completionTokens: 0)))
    }
    let pairs = (0..<30).map { pair in
      MeasuredSide.sample(
        "pairs", item: "p\(pair)", .similarity(0.1 * Double(pair % 5) + noise * Double(pair * 7 % 11)))
    }
    side.samples = rankings + pairs
    return side
  }

  private func verify(
    _ change: (inout MeasuredSide) -> Void = { _ in }
  ) throws -> (verdict: Verdict, findings: [DatasetVerifier.Finding]) {
    var candidate = Self.side(.candidate, ranks: [1, 2], noise: 0.01)
    change(&candidate)
    let number = try fixture.comparison(
      envelope: Self.envelope, resident: Self.side(.resident, ranks: [4, 3], noise: 0.02), candidate: candidate)
    let verdict = try Judge(fixture.store.verdictInputs(of: number)).verdict()
    try fixture.store.record(verdict: verdict.json, outcome: verdict.outcome.rawValue, for: number)
    #expect(try fixture.exporter().export().refused.isEmpty)
    return (verdict, try DatasetVerifier(fixture.dataset()).findings())
  }

  @Test("A verdict verifies from its own export, in which ranks and cosines are exact")
  func verified() throws {
    let (verdict, findings) = try verify()
    #expect(verdict.outcome == .promote && verdict.gaps.isEmpty, "\(verdict.gaps) \(verdict.refusals)")
    #expect(findings.map(\.state) == [.same], "\(findings.flatMap(\.details))")
    let rows = try fixture.rows(.samples).filter { $0["side"] == "candidate" }
    let query = try #require(rows.first { $0["item"] == "q0" })
    #expect(query["option_scores"] == [1.0, 2.0] && query["answer"]?.string?.hasPrefix("sha256:") == true)
    let pair = try #require(rows.first { $0["item"] == "p3" })
    #expect(pair["answer"] == "similarity" && pair["option_scores"]?.array?.first?.number == 0.1 * 3 + 0.01 * 10)
  }

  @Test("A verdict that counts one which was made up does not verify, though the session of that was set aside later")
  func madeUp() throws {
    let sides = (
      Self.side(.resident, ranks: [4, 3], noise: 0.02), Self.side(.candidate, ranks: [1, 2], noise: 0.01)
    )
    var numbers: [SessionNumber] = []
    for (index, outcome) in ["hold", nil].enumerated() {
      let number = try fixture.comparison(
        uuid: "6d1a1a0e-0000-4000-8000-00000000000\(index)", envelope: Self.envelope, resident: sides.0,
        candidate: sides.1
      ) { $0.startedAt += Double(index) }
      let verdict = try Judge(fixture.store.verdictInputs(of: number)).verdict()
      var document = verdict.json.object ?? JSONObject()
      if let outcome { document["outcome"] = .string(outcome) }
      try fixture.store.record(
        verdict: .object(document), outcome: outcome ?? verdict.outcome.rawValue, for: number)
      #expect(verdict.maturity.countedSessions.count == index)
      numbers.append(number)
    }
    try fixture.store.setAside(numbers[0], why: "the fan had stopped", requestedBy: "me")
    #expect(try fixture.exporter().export().refused.isEmpty)
    let findings = try DatasetVerifier(fixture.dataset()).findings()
    #expect(findings.map(\.state) == [.setAside, .noSamples], "\(findings.flatMap(\.details))")
    #expect(findings.last?.details.last?.hasSuffix("whose own verdict does not follow") == true)
  }

  @Test("Documents that were truncated, and items that are no ranks, verify in the program's words")
  func gaps() throws {
    let (verdict, findings) = try verify { side in
      side.samples[3].outcome = .answer(
        AnswerReading(answer: "d1", isCorrect: true, optionScores: [1], completionTokens: 0))
      side.samples[41].outcome = .unscored(
        .unsupported,
        message: "the input is truncated: 3 tokens at the end of a text of the pair are more than the model reads")
    }
    #expect(verdict.gaps.map(\.code).contains("unranked_queries") && verdict.outcome == .inconclusive)
    #expect(findings.map(\.state) == [.same], "\(findings.flatMap(\.details))")
    let text = try #require(try fixture.rows(.verdicts).first?["verdict"]?.string)
    #expect(text.contains("at the end of a text of the pair") && text.contains("(q3)"))
  }
}
