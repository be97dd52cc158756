import Dataset
import Foundation
import JSON
import Store
import Testing

@Suite("Verdicts for the rankings of a dataset")
struct RankingTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func record(_ outcome: String, at time: Double, for number: SessionNumber) throws {
    let verdict = VerdictRecord(
      session: number, recordedAt: time, outcome: outcome,
      verdict: ["outcome": .string(outcome), "subject": ["candidate": ["model": "/home/alice/secret"]]])
    try fixture.store.merging { try $0.append(verdict) }
  }

  @Test("The last verdict of each session counts, in the order of first verdicts", arguments: ShardFormat.allCases)
  func latest(format: ShardFormat) throws {
    let numbers = try ["a", "b"].map { try fixture.comparison(uuid: $0) }
    try record("promote", at: 20, for: numbers[0])
    try record("hold", at: 10, for: numbers[1])
    _ = try fixture.exporter(format: format).export()
    // In a later batch, about a session of an earlier one.
    try record("reject", at: 30, for: numbers[1])
    _ = try fixture.exporter(format: format).export()
    let latest = try fixture.dataset().latestVerdicts().records
    #expect(latest.map(\.session) == [1, 2])
    #expect(latest.map(\.outcome) == ["reject", "promote"])
    #expect(latest.allSatisfy { !$0.verdict.serialized().contains("alice") })
  }

  @Test("Rankings are a document of the dataset once they are written")
  func written() throws {
    try fixture.comparison()
    _ = try fixture.exporter().export()
    let dataset = try fixture.dataset()
    #expect(!dataset.hasRankings)
    #expect(try !dataset.files().contains { $0.path == "RANKINGS.md" })
    try dataset.writeRankings("# Rankings\n")
    #expect(dataset.hasRankings)
    let file = try #require(try dataset.files().first { $0.path == "RANKINGS.md" })
    // printf '# Rankings\n' | git hash-object --stdin
    #expect(file.gitBlob == "f5da5ccbf6a87457b90a5c1c78742967a4615bee" && !file.isImmutable && file.bytes == 11)
    #expect(try dataset.files().filter(\.isImmutable).allSatisfy { $0.path.contains($0.sha256.prefix(32)) })
  }
}
