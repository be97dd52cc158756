import Foundation
import JSON
import Measurements
import Report
import Store
import Testing

struct PageTests {
  static let hostile = "<script>alert('x')</script>|\u{202E}\""
  /// What the turn of the reading direction is replaced by is visible.
  static let shownHostile = hostile.replacing("\u{202E}", with: "\u{FFFD}")

  static func overview(_ records: [VerdictRecord]) -> Overview {
    Overview(verdicts: records, sessions: [], edits: [])
  }

  private static func charts() throws -> ChartLibrary {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).js")
    try Data().write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try ChartLibrary(contentsOf: file)
  }

  @Test func `The rankings show the standing, the maturity and the reason`() {
    let rankings = RenderedRankings(Report([VerdictDocument.record(1)]).rankings)
    #expect(
      rankings.rows == [
        [
          "1[^1]", "org/new", "org/old", "hold", "lags on decode_tokens_per_second of short", "provisional, 1 of 4",
          "measured",
        ]
      ])
    #expect(
      rankings.notes == [
        "[^1]: session session-1, 2025-11-23, smoke: org/new shows no win as of 1 comparison: decode rate of short -4.00 %"
          + " ([-5.00, +inf] %, needed > +3.00 %); no guardrail is set."
      ])
  }

  @Test func `Hostile names are text in pages and rankings`() {
    let record = VerdictDocument.record(1, candidate: Self.hostile)
    let overview = Self.overview([record])
    for html in [overview.page(nil), overview.envelopes[0].page(nil)] {
      let page = RenderedPage(html)
      #expect(page.rows.joined().contains(Self.shownHostile))
      #expect(page.scripts.allSatisfy { $0.contains(" src=\"assets/") })
      #expect(!html.contains("\u{202E}"))
    }
    let rankings = Report([record]).rankings
    #expect(RenderedRankings(rankings).rows.map { $0[1] } == [Self.shownHostile])
    #expect(RenderedPage(rankings).scripts.isEmpty && !rankings.contains("\u{202E}"))
  }

  @Test func `Hostile names are data for charts`() throws {
    let overview = Self.overview([VerdictDocument.record(1, candidate: Self.hostile)])
    let charts = try Self.charts()
    for html in [overview.page(charts), overview.envelopes[0].page(charts)] {
      let page = RenderedPage(html)
      let models = try #require(try page.facts)["lanes"]?.array?.compactMap { $0["model"]?.string }
      #expect(models?.sorted() == [Self.shownHostile, "org/old"].sorted())
      #expect(page.scripts.allSatisfy { $0.contains(#"type="application/json""#) || $0.contains(" src=\"") })
      #expect(!html.contains("\u{202E}"))
    }
  }

  @Test func `Two thousand comparisons of long names make an index below 1.3 MB`() {
    let name = String(repeating: "x", count: 60)
    let overview = Self.overview((1...2000).map { VerdictDocument.record($0, candidate: name) })
    #expect(overview.page(nil).utf8.count < 1_300_000)
  }

  @Test func `A verdict of another shape stands among the sessions without one, with the member that is missing`()
    throws
  {
    let odd = VerdictRecord(session: SessionNumber(rawValue: 1), recordedAt: .infinity, outcome: "odd", verdict: [])
    let overview = Overview(
      verdicts: [odd, VerdictDocument.record(2)],
      sessions: [FactsTests.heading(2, .complete), FactsTests.heading(1, .complete)], edits: [])
    #expect(overview.comparisons.map(\.number.rawValue) == [2])
    #expect(overview.unjudged.map(\.number.rawValue) == [1])
    let row = try #require(RenderedPage(overview.page(nil)).rows.last)
    #expect(row.first == "1")
    #expect(row.dropLast().last?.contains("\"outcome\" of the recorded verdict") == true)
    #expect(row.last == "measured")
  }

  @Test func `An import is shown as one, holds no role, and shares no trend and no frontier with what was measured`()
    throws
  {
    let signer = SigningKey(rawValue: "SHA256:vJND5MalijjWo9zitfJfJVJL/8MB0LggKQ5sCqzoBFA")
    var imported = FactsTests.heading(2, .complete)
    imported.mark.origin = .imported(ImportSource(dataset: "/home/alice/results", signer: signer))
    var setAside = FactsTests.heading(3, .complete)
    setAside.mark.setAside = SetAside(why: "<made up>", recordedAt: 1, requestedBy: "alice")
    let overview = Overview(
      verdicts: (1...3).map { VerdictDocument.record($0) },
      sessions: [setAside, imported, FactsTests.heading(1, .complete)], edits: [])
    let page = RenderedPage(overview.page(nil))
    let origins = page.rows.compactMap(\.last)
    #expect(origins.contains("imported, signed by \(signer)") && origins.contains("measured, set aside: <made up>"))
    #expect(overview.roles.allSatisfy { $0.challenges == 1 })
    #expect(Set(overview.envelopes.flatMap(\.models).map(\.origin.kind)) == ["measured", "imported"])
    #expect(overview.envelopes.flatMap(\.trends).allSatisfy { $0.points.count == 1 })
    let json = overview.json.serialized()
    #expect(json.contains(#""signed_by":"SHA256:"#) && !json.contains("alice"))
  }

  @Test func `A report removes pages of an earlier one and nothing else`() throws {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appendingPathComponent("report-\(UUID())", isDirectory: true)
    defer { try? files.removeItem(at: folder) }
    let store = try MeasurementStore(at: folder.appendingPathComponent("db.sqlite"), mode: .readWrite)
    let pages = folder.appendingPathComponent("pages", isDirectory: true)
    try ReportFolder(pages).write(Overview(store), of: store, nil)
    let comparisons = pages.appendingPathComponent("comparisons")
    let index = pages.appendingPathComponent("index.html")
    try files.copyItem(at: index, to: comparisons.appendingPathComponent("9.html"))
    try Data("<p>mine".utf8).write(to: comparisons.appendingPathComponent("8.html"))
    try ReportFolder(pages).write(Overview(store), of: store, nil)
    #expect(try files.contentsOfDirectory(atPath: comparisons.path) == ["8.html"])
    // Neither verdicts nor charts: no rows, and how to get charts.
    let page = RenderedPage(try String(contentsOf: index, encoding: .utf8))
    #expect(page.rows.isEmpty && page.links.isEmpty)
    #expect(page.text.contains(ChartLibrary.advice))
  }
}
