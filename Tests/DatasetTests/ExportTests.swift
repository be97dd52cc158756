import Crypto
import Dataset
import Foundation
import JSON
import Measurements
import Testing
import Vocabulary

@Suite("An export")
struct ExportTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test("A comparison gives a file for each model, one of raw samples and one for each verdict, named by content")
  func files() throws {
    let number = try fixture.comparison()
    try fixture.store.record(verdict: ["outcome": "hold"], outcome: "hold", for: number)
    let report = try fixture.exporter().export()
    let heads = [
      "raw/session-20251123T025100Z-0123456789ab-smoke-org-new-4bit-",
      "data/run-20251123T025100Z-0123456789ab-smoke-org-old-4bit-",
      "data/run-20251123T025100Z-0123456789ab-smoke-org-new-4bit-",
      "verdicts/verdict-20251124T030600Z-0123456789ab-smoke-org-new-4bit-",
    ]
    #expect(zip(report.written, heads).allSatisfy { $0.hasPrefix($1) })
    #expect(report.written.count == heads.count)
    #expect(report.unchanged.isEmpty && report.refused.isEmpty)
    let files = try fixture.files()
    #expect(Set(files.keys) == Set(report.written))
    for (name, bytes) in files {
      let hash = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined().prefix(32)
      #expect(name.hasSuffix("-\(hash).jsonl"))
    }
  }

  @Test("The same store gives the same bytes anywhere")
  func deterministic() throws {
    try fixture.comparison()
    _ = try fixture.exporter(to: "a").export()
    _ = try fixture.exporter(to: "b").export()
    #expect(try fixture.files(of: "a") == fixture.files(of: "b"))
  }

  @Test("A second export writes nothing, not even from a later revision of the program")
  func twice() throws {
    let number = try fixture.comparison()
    try fixture.store.record(verdict: ["outcome": "hold", "ratio": 1.0], outcome: "hold", for: number)
    let first = try fixture.exporter().export()
    let before = try fixture.files()
    let second = try fixture.exporter(revision: "feedfacefeedface").export()
    #expect(second.written.isEmpty)
    #expect(second.unchanged == first.written)
    #expect(try fixture.files() == before)
  }

  @Test("What is new is added beside what was there")
  func additions() throws {
    let number = try fixture.comparison()
    _ = try fixture.exporter().export()
    try fixture.store.record(verdict: ["outcome": "promote"], outcome: "promote", for: number)
    try fixture.comparison(uuid: "another")
    let report = try fixture.exporter().export()
    #expect(report.unchanged.count == 3)
    #expect(report.written.map { $0.prefix { $0 != "/" } } == ["verdicts", "raw", "data", "data"])
  }

  @Test("A model compared with itself gives two files")
  func sameModel() throws {
    try fixture.comparison { $0.resident = $0.candidate }
    #expect(try fixture.exporter().export().written.count == 3)
    #expect(try fixture.exporter().export().unchanged.count == 3)
  }

  @Test("A session that is not complete stays at home")
  func incomplete() throws {
    let number = try fixture.store.open(Fixture.session(uuid: "u"), envelope: Fixture.envelope)
    try fixture.store.record(verdict: [:], outcome: "inconclusive", for: number)
    #expect(try fixture.exporter().export().written.isEmpty)
    try fixture.store.finish(number, state: .interrupted)
    #expect(try fixture.exporter().export().written.isEmpty)
  }

  @Test("A file that was changed since stops the export")
  func tampered() throws {
    try fixture.comparison()
    let report = try fixture.exporter().export()
    let name = try #require(report.written.first { $0.hasPrefix("data/") })
    try Data("{}\n".utf8).write(to: fixture.folder("results/\(name)"))
    #expect {
      try fixture.exporter().export()
    } throws: { error in
      guard case .hashMismatch = error as? DatasetError else { return false }
      return true
    }
  }

  @Test("What a crash left of a file is replaced by the whole file")
  func leftover() throws {
    try fixture.comparison()
    let report = try fixture.exporter(to: "a").export()
    for path in report.written {
      let url = fixture.folder("results/\(path)")
      let folder = url.deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("{\"half\":".utf8).write(to: folder.appendingPathComponent(".\(url.lastPathComponent).tmp"))
    }
    _ = try fixture.exporter().export()
    #expect(try fixture.files() == fixture.files(of: "a"))
  }

  @Test(
    "A figure without its regime is refused, with its whole session; others are exported",
    arguments: [
      Sided.sample("elsewhere", .throughput(.init(promptTokens: 5, cachedTokens: 0, tokenNanoseconds: [1]))),
      Sided.sample("short", block: 9, .throughput(.init(promptTokens: 0, cachedTokens: 0, tokenNanoseconds: [1]))),
      Sided.sample("short", block: 9, .throughput(.init(promptTokens: 5, cachedTokens: 0, tokenNanoseconds: []))),
      Sided.sample("facts", .answer(.init(answer: "1", isCorrect: true, optionScores: [], completionTokens: 0))),
      Sided.sample(
        "short", item: "i", .answer(.init(answer: "1", isCorrect: true, optionScores: [], completionTokens: 0))),
    ])
  func withoutRegime(sample: Sample) throws {
    var candidate = Sided.candidate
    candidate.samples.append(sample)
    let refused = try fixture.comparison(candidate: candidate)
    try fixture.comparison(uuid: "another")
    let report = try fixture.exporter().export()
    #expect(report.refused.map(\.session) == [refused])
    guard case .withoutRegime(refused, sample.place, _)? = report.refused.first?.error else {
      Issue.record("refused for another reason: \(report.refused)")
      return
    }
    #expect(report.written.count == 3)
    #expect(try fixture.rows("").allSatisfy { $0["session"] != "6d1a1a0e-0000-4000-8000-000000000001" })
  }

  @Test(
    "Revisions and triggers are words that fit a file's name", arguments: ["", "abc", "0123456G", "../../etc", "A b"])
  func stamps(text: String) {
    #expect(throws: DatasetError.invalidRevision(text)) { try fixture.exporter(revision: text).export() }
    let exporter = DatasetExporter(
      store: fixture.store, folder: fixture.folder("r"), gitRevision: "unknown", trigger: text + "\u{e9}",
      identity: Fixture.identity)
    #expect(throws: DatasetError.invalidTrigger(text + "\u{e9}")) { try exporter.export() }
  }

  @Test("A folder that can't be written is an error with the file's name")
  func unwritableFolder() throws {
    try fixture.comparison()
    try Data().write(to: fixture.folder("results"))
    #expect {
      try fixture.exporter().export()
    } throws: { error in
      guard case .file = error as? DatasetError else { return false }
      return true
    }
  }
}
