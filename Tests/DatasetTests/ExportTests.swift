import Crypto
import Dataset
import Foundation
import JSON
import Measurements
import Testing

@Suite("An export")
struct ExportTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test("An export of a comparison writes a shard per table, named by its content, an index entry, a card and schemas")
  func files() throws {
    let number = try fixture.comparison(context: Fixture.context)
    try fixture.store.record(verdict: ["outcome": "hold"], outcome: "hold", for: number)
    try fixture.store.setAside(number, why: "too noisy", requestedBy: "alice")
    let report = try fixture.exporter().export()
    #expect(report.written.map { $0.prefix { $0 != "/" } } == DatasetTable.allCases.map { $0.rawValue[...] })
    #expect(report.sessions == 1 && report.samples == 12 && report.refused.isEmpty)
    let files = try fixture.files()
    let hashed = files.filter { $0.key.hasSuffix(".jsonl") || $0.key.hasPrefix("index/") }
    #expect(hashed.count == report.written.count + 1)
    for (name, bytes) in hashed {
      let hash = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined().prefix(32)
      #expect(name.contains("-20251123T025100Z-\(hash)."))
    }
    #expect(Set(files.keys).subtracting(hashed.keys).filter { !$0.hasPrefix("schemas/") } == ["README.md"])
  }

  @Test("The same store is exported as the same bytes anywhere", arguments: ShardFormat.allCases)
  func deterministic(format: ShardFormat) throws {
    for number in 1...3 { try fixture.comparison(uuid: "\(number)") }
    _ = try fixture.exporter(to: "a", format: format, batchSize: 20).export()
    _ = try fixture.exporter(to: "b", format: format, batchSize: 20).export()
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
    #expect(second.unchanged == 1 && !first.written.isEmpty)
    #expect(try fixture.files() == before)
  }

  @Test("What is new is added beside what was there")
  func additions() throws {
    let number = try fixture.comparison()
    _ = try fixture.exporter().export()
    try fixture.store.record(verdict: ["outcome": "promote"], outcome: "promote", for: number)
    try fixture.comparison(uuid: "another")
    let report = try fixture.exporter().export()
    #expect(report.unchanged == 1 && report.sessions == 1)
    // The envelope is there already.
    #expect(
      report.written.map { $0.prefix { $0 != "/" } } == ["measurements", "samples", "verdicts", "sessions", "runs"])
    let verdicts = try fixture.rows(.verdicts)
    #expect(verdicts.map { $0["outcome"] } == ["promote"])
  }

  @Test("A batch is closed once it has enough samples, and all batches together hold each session once")
  func batches() throws {
    for number in 1...5 { try fixture.comparison(uuid: "\(number)") }
    let report = try fixture.exporter(batchSize: 20).export()
    #expect(report.written.count { $0.hasPrefix("samples/") } == 3)
    #expect(try fixture.rows(.sessions).compactMap { $0["session"]?.string }.sorted() == ["1", "2", "3", "4", "5"])
    #expect(try fixture.rows(.envelopes).count == 1)
  }

  @Test("A folder's shards are of one format")
  func formats() throws {
    try fixture.comparison()
    _ = try fixture.exporter(format: .jsonl).export()
    #expect(throws: DatasetError.otherFormat(present: .jsonl)) { try fixture.exporter(format: .parquet).export() }
    let missing = DatasetExporter(
      store: fixture.store, folder: fixture.folder("other"), gitRevision: "unknown", trigger: "manual",
      format: .parquet, engine: nil, identity: Fixture.identity)
    #expect(throws: DatasetError.engineMissing) { try missing.export() }
    let fallback = DatasetExporter(
      store: fixture.store, folder: fixture.folder("other"), gitRevision: "unknown", trigger: "manual", engine: nil,
      identity: Fixture.identity)
    #expect(try fallback.export().format == .jsonl)
  }

  @Test("A session that is not complete is not exported")
  func incomplete() throws {
    let number = try fixture.store.open(Fixture.session(uuid: "u"), envelope: Fixture.envelope)
    try fixture.store.record(verdict: [:], outcome: "inconclusive", for: number)
    #expect(try fixture.exporter().export().written.isEmpty)
    try fixture.store.finish(number, state: .interrupted)
    #expect(try fixture.exporter().export().written.isEmpty)
  }

  @Test("An index entry that was changed stops the export")
  func tampered() throws {
    try fixture.comparison()
    _ = try fixture.exporter().export()
    let name = try #require(try fixture.files().keys.first { $0.hasPrefix("index/") })
    try Data("{}\n".utf8).write(to: fixture.folder("results/\(name)"))
    #expect {
      try fixture.exporter().export()
    } throws: { error in
      guard case .hashMismatch = error as? DatasetError else { return false }
      return true
    }
  }

  @Test("What a crash leaves behind is finished or written again")
  func leftover() throws {
    try fixture.comparison()
    let report = try fixture.exporter(to: "a").export()
    // A crash before the index's entry: files of a batch in the hidden work folder.
    let work = fixture.folder("results/.export/batch-1")
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    try Data("{\"half\":".utf8).write(to: work.appendingPathComponent("samples.jsonl"))
    _ = try fixture.exporter().export()
    #expect(try fixture.files() == fixture.files(of: "a"))
    // A crash after it: the entry is there, a shard still has to get its place.
    let shard = try #require(report.written.first)
    let waiting = fixture.folder("results/.export/\(shard)")
    try FileManager.default.createDirectory(
      at: waiting.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.moveItem(at: fixture.folder("results/\(shard)"), to: waiting)
    _ = try fixture.exporter().export()
    #expect(try fixture.files() == fixture.files(of: "a"))
  }

  @Test(
    "A figure without its regime is refused, with its whole session; others are exported",
    arguments: [
      MeasuredSide.sample("elsewhere", .throughput(.init(promptTokens: 5, cachedTokens: 0, tokenNanoseconds: [1]))),
      MeasuredSide.sample(
        "short", block: 9, .throughput(.init(promptTokens: 0, cachedTokens: 0, tokenNanoseconds: [1]))),
      MeasuredSide.sample(
        "short", block: 9, .throughput(.init(promptTokens: 5, cachedTokens: 0, tokenNanoseconds: []))),
      MeasuredSide.sample("facts", .answer(.init(answer: "1", isCorrect: true, optionScores: [], completionTokens: 0))),
      MeasuredSide.sample(
        "short", item: "i", .answer(.init(answer: "1", isCorrect: true, optionScores: [], completionTokens: 0))),
    ])
  func withoutRegime(sample: Sample) throws {
    var candidate = MeasuredSide.candidate
    candidate.samples.append(sample)
    let refused = try fixture.comparison(candidate: candidate)
    try fixture.comparison(uuid: "another")
    let report = try fixture.exporter().export()
    #expect(report.refused.map(\.session) == [refused])
    guard case .withoutRegime(refused, sample.place, _)? = report.refused.first?.error else {
      Issue.record("refused for another reason: \(report.refused)")
      return
    }
    #expect(report.sessions == 1)
    for table in DatasetTable.allCases {
      #expect(try fixture.rows(table).allSatisfy { $0["session"] != "6d1a1a0e-0000-4000-8000-000000000001" })
    }
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
