import JSON
import Report
import Store
import Testing

struct ReportTests {
  static let hostile = "<script>alert('x')</script>|\u{202E}\""

  static func record(_ number: Int64, outcome: String = "hold", candidate: String = "org/new") -> VerdictRecord {
    VerdictRecord(
      session: SessionNumber(rawValue: number), recordedAt: 1_763_866_260, outcome: outcome,
      verdict: [
        "reason": "No objective is won.",
        "maturity": ["stage": "provisional", "validated_comparisons": 1, "needed_comparisons": 4],
        "subject": [
          "envelope": ["id": "smoke"], "resident": ["model": "org/old"], "candidate": ["model": .string(candidate)],
        ],
        "objectives": [
          [
            "metric": "decode_tokens_per_second", "cell": "short", "state": "not_shown", "standing": "lags",
            "min_effect": 0.03,
            "effect": ["kind": "better_ratio", "ratio": 0.96, "interval": ["lower": 0.95, "upper": .null]],
          ]
        ],
        "guardrails": [],
      ])
  }

  @Test func `The last verdict of a comparison counts, and the newest comparison comes first`() {
    let report = Report([Self.record(1), Self.record(2), Self.record(1, outcome: "promote")])
    #expect(report.comparisons.map(\.number.rawValue) == [2, 1])
    #expect(report.comparisons.map(\.outcome) == ["hold", "promote"])
  }

  @Test func `The page gives the effect with its interval`() {
    let page = Report([Self.record(1)]).comparisons[0].page
    #expect(page.contains("<td>× 0.960 [0.950, ∞]</td><td>3.0 %</td><td>not shown</td>"))
    #expect(page.contains("recorded 2025-11-23"))
  }

  @Test func `The rankings say who leads, and how mature that is`() {
    let rankings = Report([Self.record(1)]).rankings
    #expect(rankings.contains("lags on decode&#95;tokens&#95;per&#95;second of short | provisional, 1 of 4 |"))
    #expect(rankings.contains("[^1]: session unknown, 2025-11-23, smoke: No objective is won."))
  }

  @Test func `Hostile names are text in page and rankings`() {
    let report = Report([Self.record(1, candidate: Self.hostile)])
    for text in [report.page, report.comparisons[0].page, report.rankings] {
      #expect(!text.contains("<script"))
      #expect(!text.contains("\u{202E}"))
      #expect(text.contains("&#60;script&#62;"))
    }
  }

  @Test func `Two thousand comparisons make an index below 1.5 MB`() {
    #expect(Report((1...2000).map { Self.record($0) }).page.utf8.count < 1_500_000)
  }

  @Test func `A verdict of another shape is shown, not refused`() {
    let odd = VerdictRecord(session: SessionNumber(rawValue: 1), recordedAt: 0, outcome: "odd", verdict: [])
    #expect(Report([odd]).comparisons[0].page.contains("unknown against unknown"))
  }
}
