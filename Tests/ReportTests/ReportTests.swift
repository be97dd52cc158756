import Foundation
import JSON
import Report
import Store
import Testing

struct ReportTests {
  static let hostile = "<script>alert('x')</script>|\u{202E}\""

  static func record(
    _ number: Int64, outcome: String = "hold", candidate: String = "org/new", weights: String = "aa",
    speed: Double = 100,
    accuracy: Double = 0.5
  ) -> VerdictRecord {
    VerdictRecord(
      session: SessionNumber(rawValue: number), recordedAt: 1_763_866_260 + Double(number), outcome: outcome,
      verdict: [
        "reason": "No objective is won.",
        "maturity": ["stage": "provisional", "validated_comparisons": 1, "needed_comparisons": 4],
        "subject": [
          "role": "default", "envelope": ["id": "smoke"], "resident": ["model": "org/old"],
          "candidate": ["model": .string(candidate), "weights_sha256": .string(weights)],
        ],
        "objectives": [
          [
            "metric": "decode_tokens_per_second", "cell": "short", "state": "not_shown", "standing": "lags",
            "min_effect": 0.03,
            "effect": ["kind": "better_ratio", "ratio": 0.96, "interval": ["lower": 0.95, "upper": .null]],
          ]
        ],
        "guardrails": [],
        "facts": [
          fact("resident", "cumulative_tokens_per_second", 80), fact("resident", "accuracy", 0.6),
          fact("candidate", "cumulative_tokens_per_second", speed), fact("candidate", "accuracy", accuracy),
        ],
      ])
  }

  private static func fact(_ side: String, _ metric: String, _ value: Double) -> JSONValue {
    [
      "cell": metric == "accuracy" ? "facts" : "short", "side": .string(side),
      "means": [["metric": .string(metric), "value": .number(value), "unit": "", "count": 10]],
    ]
  }

  static func overview(_ records: [VerdictRecord]) -> Overview {
    Overview(verdicts: records, sessions: [], edits: [])
  }

  @Test func `The last verdict of a comparison counts, and the newest comparison comes first`() {
    let report = Report([Self.record(1), Self.record(2), Self.record(1, outcome: "promote")])
    #expect(report.comparisons.map(\.number.rawValue) == [2, 1])
    #expect(report.comparisons.map(\.outcome) == ["hold", "promote"])
  }

  @Test func `A rule gives the effect with its interval, in figures and in words`() {
    let rule = Report([Self.record(1)]).comparisons[0].rules[0]
    #expect(rule.effect == "× 0.960 [0.950, ∞]")
    #expect(rule.margin == "3.0 %")
    #expect([rule.value, rule.lower, rule.upper, rule.threshold] == [0.96, 0.95, nil, 1.03])
  }

  @Test func `The rankings say who leads, and how mature that is`() {
    let rankings = Report([Self.record(1)]).rankings
    #expect(rankings.contains("lags on decode&#95;tokens&#95;per&#95;second of short | provisional, 1 of 4 |"))
    #expect(rankings.contains("[^1]: session unknown, 2025-11-23, smoke: No objective is won."))
  }

  @Test func `Hostile names are text in page and rankings`() {
    let overview = Self.overview([Self.record(1, candidate: Self.hostile)])
    for text in [
      overview.page(nil), overview.envelopes[0].page(nil), Report([Self.record(1, candidate: Self.hostile)]).rankings,
    ] {
      #expect(!text.contains("<script>"))
      #expect(!text.contains("\u{202E}"))
      #expect(text.contains("&#60;script&#62;"))
    }
  }

  @Test func `Hostile names are data in what charts draw`() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).js")
    try Data().write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let page = Self.overview([Self.record(1, candidate: Self.hostile)]).page(try ChartLibrary(contentsOf: file))
    #expect(page.contains(#""model":"\u003cscript\u003ealert('x')\u003c/script\u003e|"#))
    #expect(!page.contains("\u{202E}"))
  }

  @Test func `Two thousand comparisons of long names make an index below 1.3 MB`() {
    let name = String(repeating: "x", count: 60)
    let overview = Self.overview((1...2000).map { Self.record($0, candidate: name) })
    #expect(overview.page(nil).utf8.count < 1_300_000)
  }

  @Test func `A verdict of another shape is shown, not refused`() {
    let odd = VerdictRecord(session: SessionNumber(rawValue: 1), recordedAt: .infinity, outcome: "odd", verdict: [])
    let overview = Self.overview([odd])
    #expect(overview.page(nil).contains("<td>unknown</td><td>unknown</td>"))
    #expect(overview.envelopes[0].page(nil).contains("unknown"))
  }
}
