import Foundation
import JSON
import TestSupport
import Testing

/// What follows from a comparison, through the built program.
@Suite("Explain, publish and verify on the command line")
struct EvidenceTests {
  @Test("A comparison is explained, promoted as a patch, exported and verified; a changed verdict is found")
  func wholeWay() throws {
    let comparison = try Comparison()
    let program = comparison.program
    let verdict = try #require(try comparison.run()["verdict"])
    #expect(verdict["challenge"]?["number"]?.integer == 1)

    let explained = try program.run("explain", "1")
    #expect(explained.status == 0 && explained.output.contains("The verdict is"))
    let shown = try program.run("registry", "show", "--json")
    #expect(try JSONValue(parsing: shown.output)["default"]?["challenges"]?.integer == 1)

    let markdown = try program.run(
      "promote", "--comparison", "1", "--role", "default", "--dry-run", "--format", "markdown")
    #expect(markdown.output.contains("| objective | effect | interval |"))
    let annotated = try program.run(
      "promote", "--comparison", "1", "--role", "default", "--dry-run", "--format", "github")
    #expect(annotated.output.contains(" title=resident%3A "))
    #expect(annotated.status == markdown.status)
    let patch = try program.run("promote", "--comparison", "1", "--role", "default", "--patch")
    #expect(patch.output.isEmpty == (patch.status != 0))
    #expect(try comparison.registryText == Comparison.registry)

    #expect(try program.run("export", "--out", "results").status == 0)
    let verified = try program.run("verify", "results")
    #expect(verified.status == 0, "\(verified.output)")
    #expect(verified.output.contains("1 of 1 verdicts follow"))
  }

  @Test("A comparison without a chance to win ends long before its plan, and the judge agrees with the runner")
  func futile() throws {
    let comparison = try Comparison(minimumEffect: 9, blocks: 40, minimumBlocks: 4)
    let compared = try comparison.program.run(
      "compare", "smollm2-135m-4bit-g64", "--role", "default", "--envelope", "tiny.json", "--threads", "1", "--json")
    try #require(compared.status == 0, "\(compared.errors)")
    let verdict = try #require(try JSONValue(parsing: compared.output)["verdict"])
    #expect(verdict["stopped_for"]?.string == "futility")
    #expect(verdict["outcome"]?.string == "hold")
    #expect(verdict["blocks"]?.array?.first?["used"]?.integer ?? 40 < 12)
    #expect(compared.errors.contains("enough after"))
  }

  @Test("verify says where a published verdict does not follow from the samples, and where a file was damaged")
  func tampered() throws {
    let comparison = try Comparison()
    let program = comparison.program
    _ = try program.run(
      "compare", "smollm2-135m-4bit-g64", "--role", "default", "--envelope", "tiny.json", "--threads", "1")
    _ = try program.run("export", "--out", "results")
    let folder = comparison.folder.url.appendingPathComponent("results/verdicts")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
    let file = folder.appendingPathComponent(name)
    let text = try String(contentsOf: file, encoding: .utf8)
    let changed = text.replacing(#/"used":\d/#, with: "\"used\":9")
    try #require(changed != text)
    try Data(changed.utf8).write(to: file)
    let damaged = try program.run("verify", "results")
    #expect(damaged.status == 2 && damaged.errors.contains("was changed"))

    // Whoever also renames the file after its new content is found out by the samples.
    let actual = try #require(damaged.errors.firstMatch(of: #/hash ([0-9a-f]{32})/#)?.1)
    let stem = name.dropLast(".jsonl".count + 32)
    try FileManager.default.moveItem(at: file, to: folder.appendingPathComponent("\(stem)\(actual).jsonl"))
    let differing = try program.run("verify", "results")
    #expect(differing.status == 1, "\(differing.output)\(differing.errors)")
    #expect(differing.output.contains("blocks[0].used: published 9, recomputed"))
  }
}
