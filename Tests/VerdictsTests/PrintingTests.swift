import Foundation
import JSON
import Measurements
import Testing
import Verdicts

@Suite("Printing")
struct PrintingTests {
  @Test("No line is wider than asked, down to sixty characters", arguments: [60, 70, 80, 100, 140])
  func width(width: Int) throws {
    for verdict in try Snapshots.verdicts.map(\.make) {
      let verdict = try verdict()
      for text in [verdict.text(width: width), verdict.details(width: width)] {
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width })
        #expect(text.hasSuffix("\n"))
      }
    }
  }

  @Test("Every figure has its unit, every rule its limit, state and what stands beside it", arguments: [0, 80, 120])
  func content(width: Int) throws {
    let verdict = try Fixture.verdict {
      $0.candidateWrong = [30]
      $0.items = 300
    }
    for text in [
      flat(verdict.text(width: width) + verdict.details(width: width)),
      flat(verdict.markdown.replacing("\\", with: "")),
    ] {
      for part in [
        "KEEP org/resident-4bit for now", "1 of 4", "validated comparisons", "> +2.00 %", "> -5.00 pp",
        "< 10.00 %", "1.000x", "fixed-sample [", "0.33 % of answers changed (1 of 300), McNemar p = 1.0000",
        "16 prompt + 8 decode tokens, 0 cached, concurrency 1", "tokens/s", "isolated", "400 MB", "6 blocks",
        "300 items", "won, leads", "passed", "95 % confidence",
      ] { #expect(text.contains(part), "\(part)") }
    }
  }

  @Test("A table is aligned at a terminal's width")
  func table() throws {
    let lines = try Fixture.verdict().details(width: 110).split(separator: "\n").map(String.init)
    let header = try #require(lines.first { $0.hasPrefix("objectives") })
    let row = try #require(lines.first { $0.hasPrefix("  decode rate of chat ") })
    #expect(offset(of: "effect", in: header) == offset(of: " %", in: row))
    #expect(offset(of: "  state", in: header) == offset(of: "  won, ", in: row))
  }

  @Test("A narrower terminal loses the bars first, then the values, and no word")
  func narrow() throws {
    let verdict = try Fixture.verdict()
    func row(_ width: Int) throws -> String {
      let lines = verdict.text(width: width).split(separator: "\n").map(String.init)
      return try #require(lines.first { $0.hasPrefix("  decode rate, chat ") })
    }
    #expect(try row(100).contains("●") && row(100).contains("100.0 t/s"))
    #expect(try !row(80).contains("●") && row(80).contains("100.0 t/s"))
    #expect(try !row(60).contains("t/s") && row(60).hasSuffix("+10.1 %  shown"))
  }

  @Test("No output praises")
  func wording() throws {
    for speed in [0.8, 1, 1.2] {
      let verdict = try Fixture.verdict { $0.speed = speed }
      let texts = [verdict.text(width: 100), verdict.markdown, verdict.json.serialized()]
      #expect(texts.allSatisfy { !$0.lowercased().contains("best") && !$0.contains("winner") })
      #expect(verdict.reason.contains("as of 1 comparison"))
    }
    #expect(try Fixture.verdict { $0.speed = 0.8 }.reason.contains("org/candidate-mixed lags"))
  }

  @Test("Void blocks, refusals and gaps are listed")
  func lists() throws {
    let verdict = try Fixture.verdict({ _ in }) { evidence in
      evidence.voids = [BlockVoid(cell: "chat", block: 1, reason: "the lid was closed")]
      evidence.candidate.provenance = .unverified
      evidence.remove(.candidate) { $0.place.item == "q4" }
    }
    for text in [flat(verdict.text(width: 100) + verdict.details(width: 100)), verdict.markdown] {
      for part in ["block 1 of chat: the lid was closed", "unverified", "answered by the resident alone (q4)"] {
        #expect(text.contains(part))
      }
    }
  }

  @Test("Names from outside can neither drive a terminal nor break the Markdown")
  func hostileNames() throws {
    let name: ModelID = "org/\u{1B}[31m|evil\n# title <b>`\u{202E}"
    let verdict = try Fixture.verdict({ _ in }) {
      $0.candidate.model = name
      $0.session.candidate = name
      $0.voids = [BlockVoid(cell: "chat", block: 1, reason: "\u{07}\r\nnothing")]
    }
    let text = verdict.text(width: 100) + verdict.details(width: 100)
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    #expect(!text.unicodeScalars.contains("\u{202E}"))
    #expect(verdict.markdown.contains(##"\[31m\|evil \# title \<b\>\`"##))
    #expect(try JSONValue(parsing: verdict.json.serialized()) == verdict.json)
  }

  @Test("The JSON has the same members whatever the outcome, and null for what is unbounded")
  func json() throws {
    let promote = try Fixture.verdict().json
    let refused = try Fixture.verdict({ $0.blocks = 2 }) { $0.session.resident = nil }.json
    let names = [
      "schema", "outcome", "reason", "maturity", "subject", "confidence", "stopped_for", "challenge",
      "objectives", "guardrails", "facts", "blocks", "voids", "gaps", "refusals",
    ]
    #expect(promote.object?.names == names)
    #expect(refused.object?.names == names)
    let objective = try #require(promote["objectives"]?.array?.first)
    #expect(objective.object?.names == ["metric", "cell", "state", "standing", "min_effect", "effect", "gaps"])
    #expect(
      objective["effect"]?.object?.names == ["kind", "ratio", "interval", "fixed_sample_interval", "blocks"])
    let anytime = refused["objectives"]?.array?.first?["effect"]?["interval"]
    #expect(anytime?["upper"] == .null)
  }

  @Test("The documents' table of metrics is the code's")
  func documented() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "docs/measurement.md"), encoding: .utf8)
    #expect(text.contains(Metric.markdownTable))
  }

  /// Without line breaks and runs of spaces.
  private func flat(_ text: String) -> String {
    text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
  }

  /// Characters up to the end of the first such part.
  private func offset(of part: String, in line: String) -> Int? {
    line.range(of: part).map { line.distance(from: line.startIndex, to: $0.upperBound) }
  }
}
