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
    #expect(try JSONValue(parsing: shown.output)["roles"]?["default"]?["challenges"]?.integer == 1)

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
    #expect(verified.output.contains("1 of 1 verdict follows"))
    let rankings = try comparison.folder.text(of: "results/RANKINGS.md")
    let session = try #require(verdict["subject"]?["session"]?.string)
    #expect(rankings.contains("session \(session)") && rankings.contains(" of 1 |"))
  }

  @Test("Batches of two comparisons are merged, verified and imported, and a folder is compacted without a database")
  func compacted() throws {
    let comparison = try Comparison()
    let program = comparison.program
    for _ in 1...2 {
      _ = try comparison.run()
      #expect(try program.run("export", "--out", "results").status == 0)
    }
    let first = try program.run("export", "--out", "results", "--compact", "--json")
    let report = try JSONValue(parsing: first.output)
    #expect(report["compaction"]?["replaced_batches"] == 2 && report["compaction"]?["new_batches"] == 1)
    #expect(report["written"] == [] && report["compaction"]?["written"]?.array?.isEmpty == false)
    let verified = try program.run("verify", "results")
    #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
    #expect(verified.output.contains("2 of 2 verdicts follow"))
    #expect(verified.output.contains("1 batch has the same rows as 2 replaced\n"))
    let samples = ["query", "SELECT count(*) AS n FROM samples", "--format", "csv"]
    let asked = try program.run(samples + ["--results", "results"])
    #expect(asked.output == (try program.run(samples)).output)
    let merged = try program.run("import", "results", "--db", "other.sqlite")
    #expect(merged.status == 0 && merged.output.contains("2 new sessions"), "\(merged.output)\(merged.errors)")
    let again = try program.run("export", "--out", "results", "--compact", "--db", "none.sqlite")
    #expect(again.status == 0 && again.output == "there are no two small batches to merge\n")
    let nothing = try program.run("export", "--out", "nowhere", "--compact", "--db", "none.sqlite")
    #expect(nothing.status == 2 && nothing.errors.contains("holds no dataset"), "\(nothing.errors)")
  }

  @Test("A comparison without a chance to win ends long before its plan, and the judge agrees with the runner")
  func futile() throws {
    let comparison = try Comparison(minimumEffect: 9, blocks: 40, minimumBlocks: 4)
    let compared = try comparison.program.run(Comparison.arguments + ["--json"])
    try #require(compared.status == 0, "\(compared.errors)")
    let verdict = try #require(try JSONValue(parsing: compared.output)["verdict"])
    #expect(verdict["stopped_for"]?.string == "futility")
    #expect(verdict["outcome"]?.string == "hold")
    #expect(verdict["blocks"]?.array?.first?["used"]?.integer ?? 40 < 12)
    #expect(compared.errors.contains("enough after"))
  }

  @Test("verify names a published verdict that does not follow from the samples, and a file that was damaged")
  func tampered() throws {
    let comparison = try Comparison()
    let program = comparison.program
    _ = try program.run(Comparison.arguments)
    _ = try program.run("export", "--out", "results", "--format", "jsonl")
    let results = comparison.folder("results")
    let verdicts = try file(in: results.appendingPathComponent("verdicts"))
    let text = try String(contentsOf: verdicts, encoding: .utf8)
    let changed = text.replacing(#/\\"used\\":\d/#, with: "\\\"used\\\":9")
    try #require(changed != text)
    try Data(changed.utf8).write(to: verdicts)
    let damaged = try program.run("verify", "results")
    #expect(damaged.status == 2 && damaged.errors.contains("was changed"))

    // With the file renamed after its new content, and the index changed accordingly, the samples tell.
    let renamed = try rename(verdicts, damaged)
    let index = try file(in: results.appendingPathComponent("index"))
    let entry = try String(contentsOf: index, encoding: .utf8)
    try Data(entry.replacing(verdicts.lastPathComponent, with: renamed).utf8).write(to: index)
    _ = try rename(index, try program.run("verify", "results"))
    let differing = try program.run("verify", "results")
    #expect(differing.status == 1, "\(differing.output)\(differing.errors)")
    #expect(differing.output.contains("blocks[0].used: published 9, recomputed"))
  }

  @Test("A dataset merges into another database once, answers SQL, and leaves it as it came")
  func merged() throws {
    let comparison = try Comparison()
    let program = comparison.program
    _ = try comparison.run()
    #expect(try program.run("export", "--out", "results").status == 0)
    for (sessions, unchanged) in [(1, 0), (0, 1)] {
      let imported = try program.run("import", "results", "--db", "other.sqlite", "--json")
      let report = try JSONValue(parsing: imported.output)
      #expect(report["sessions"]?.integer == sessions && report["unchanged_sessions"]?.integer == unchanged)
    }
    #expect(try program.run("export", "--out", "again", "--db", "other.sqlite").status == 0)
    #expect(try program.run("verify", "again").output.contains("1 of 1 verdict follows"))
    let rankings = try ["results", "again"].map { try comparison.folder.text(of: "\($0)/RANKINGS.md") }
    #expect(rankings[0].replacing("| measured |", with: "| imported |") == rankings[1])
    let listed = try program.run("sessions", "--db", "other.sqlite")
    #expect(listed.output.contains("imported from results, unsigned"), "\(listed.output)")
    let refused = try program.run("promote", "--comparison", "1", "--db", "other.sqlite")
    #expect(
      refused.status == 2 && refused.errors.contains("comparison 1 (imported from results, unsigned) decides nothing"))
    let sql = "SELECT count(*) AS n FROM samples"
    let counts = try [["--results", "again"], ["--db", "other.sqlite"]].map {
      try program.run(["query", sql, "--format", "csv"] + $0).output
    }
    #expect(counts[0] == counts[1] && counts[0].hasPrefix("n\n"))
    #expect(try program.run("query", "DELETE FROM samples").status == 2)
  }

  @Test("Verdicts of two databases of one host follow from the merged dataset, and none rests on what was imported")
  func mergedOfOneHost() throws {
    let comparison = try Comparison()
    let program = comparison.program
    let ledger = comparison.folder("registry.challenges.jsonl")
    for name in ["one", "two"] {
      // As before there was a ledger: each database counts for itself.
      try? FileManager.default.removeItem(at: ledger)
      let compared = try program.run(Comparison.arguments + ["--db", "\(name).sqlite"])
      try #require(compared.status == 0, "\(compared.errors)")
      #expect(try program.run("export", "--out", name, "--db", "\(name).sqlite").status == 0)
      #expect(try program.run("import", name, "--db", "merged.sqlite").status == 0)
    }
    // The third is measured into the merged database, and rests on itself.
    let third = try program.run(Comparison.arguments + ["--db", "merged.sqlite", "--json"])
    let verdict = try #require(try JSONValue(parsing: third.output)["verdict"])
    #expect(verdict["challenge"]?["earlier_sessions"]?.array?.isEmpty == true)
    #expect(verdict["challenge"]?["number"]?.integer == 2)
    #expect(try program.run("export", "--out", "merged", "--db", "merged.sqlite").status == 0)
    let verified = try program.run("verify", "merged")
    #expect(verified.output.contains("3 of 3 verdicts follow"), "\(verified.output)")
  }

  @Test("A second database goes on with the count of the first, and verify shows what it lacks")
  func secondDatabase() throws {
    let comparison = try Comparison(minimumEffect: 9)
    let program = comparison.program
    let numbers = try ["one", "two"].map { name in
      let compared = try program.run(Comparison.arguments + ["--db", "\(name).sqlite", "--json"])
      try #require(compared.status == 0, "\(compared.errors)")
      return try JSONValue(parsing: compared.output)["verdict"]?["challenge"]?["number"]?.integer
    }
    #expect(numbers == [1, 2])
    let lines = try comparison.folder.text(of: "registry.challenges.jsonl").split(separator: "\n")
    #expect(try lines.map { try JSONValue(parsing: String($0))["challenge"]?.integer } == [1, 2])
    let shown = try program.run("registry", "show", "--json", "--db", "three.sqlite")
    #expect(try JSONValue(parsing: shown.output)["roles"]?["default"]?["challenges"]?.integer == 2)

    #expect(try program.run("export", "--out", "two", "--db", "two.sqlite").status == 0)
    let alone = try program.run("verify", "two")
    #expect(alone.status == 0 && alone.output.contains("challenge 1 of smollm2-135m"), "\(alone.output)")
    #expect(alone.output.contains("or is in another database"))
    #expect(try program.run("import", "two", "--db", "one.sqlite").status == 0)
    #expect(try program.run("export", "--out", "both", "--db", "one.sqlite").status == 0)
    let both = try program.run("verify", "both")
    #expect(both.status == 0 && !both.output.contains("another database"), "\(both.output)")
  }

  @Test("A ledger that cannot be read stops a comparison before a model is loaded")
  func unreadableLedger() throws {
    let comparison = try Comparison()
    try comparison.folder.write("{\"challenge\":1}\n", to: "registry.challenges.jsonl")
    let compared = try comparison.program.run(Comparison.arguments)
    #expect(compared.status == 2 && compared.errors.contains("registry.challenges.jsonl: line 1 "))
    #expect(!compared.errors.contains("loaded"))
  }

  private func file(in folder: URL) throws -> URL {
    folder.appendingPathComponent(try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first))
  }

  /// Puts the hash that a run of `verify` found into the file's name; returns the new name.
  private func rename(_ file: URL, _ result: Program.Result) throws -> String {
    let actual = try #require(result.errors.firstMatch(of: #/hash ([0-9a-f]{32})/#)?.1)
    let name = file.lastPathComponent
    let new = "\(name.dropLast(file.pathExtension.count + 1 + 32))\(actual).\(file.pathExtension)"
    try FileManager.default.moveItem(at: file, to: file.deletingLastPathComponent().appendingPathComponent(new))
    return new
  }
}
