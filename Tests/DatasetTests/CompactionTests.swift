import Crypto
import Dataset
import Foundation
import JSON
import Measurements
import Platform
import Store
import Testing

@Suite("A compaction")
struct CompactionTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func counts(_ name: String = "results") throws -> String {
    try DatasetQuery(fixture.dataset(name), engine: Fixture.duckdb).run(
      """
      SELECT (SELECT count(*) FROM samples), (SELECT count(*) FROM measurements), (SELECT count(*) FROM sessions),
      (SELECT count(*) FROM verdicts), (SELECT count(*) FROM envelopes), (SELECT count(*) FROM set_asides),
      (SELECT count(*) FROM memory_traces), (SELECT round(sum(value), 6) FROM measurements WHERE metric LIKE 'cumulative%')
      """, output: .csv)
  }

  @Test(
    "Small batches become one with the same rows, and the old ones stay and are not counted",
    arguments: ShardFormat.allCases)
  func whole(format: ShardFormat) throws {
    try fixture.smallBatches(of: ["a", "b", "c"], format: format)
    let (before, counted) = (try fixture.files(), try counts())
    let (evidence, latest) = (try fixture.evidence(), try fixture.dataset().latestVerdicts())
    let report = try fixture.compactor().compact()
    #expect(report.replaced == 4 && report.batches == 1 && report.foreign == 0)
    #expect(report.written.map { $0.prefix { $0 != "/" } } == DatasetTable.allCases.map { $0.rawValue[...] })
    let after = try fixture.files()
    for (path, bytes) in before where path != "README.md" { #expect(after[path] == bytes, "\(path)") }
    #expect(try counts() == counted)
    #expect(try fixture.evidence() == evidence)
    let now = try fixture.dataset().latestVerdicts()
    #expect(now.records == latest.records && now.marks == latest.marks)
    #expect(try fixture.liveEntry().entry["replaces"]?.array?.count == 4)
    let summary = try fixture.dataset().checkReplacements()
    #expect(summary.replacing == 1 && summary.compared == 4 && summary.missing == 0)
  }

  @Test(
    "Nothing is new after a compaction, to an export, to another compaction and to who had imported the old batches")
  func repeated() throws {
    try fixture.smallBatches(of: ["a", "b"])
    let other = try MeasurementStore(at: fixture.folder("other.sqlite"), mode: .readWrite)
    #expect(try DatasetImporter(fixture.dataset(), into: other).run().sessions == 2)
    _ = try fixture.compactor().compact()
    let files = try fixture.files()
    #expect(try fixture.exporter().export().written.isEmpty)
    #expect(try fixture.compactor().compact().batches == 0)
    #expect(try fixture.files() == files)
    let report = try DatasetImporter(fixture.dataset(), into: other).run()
    #expect(report.sessions == 0 && report.verdicts == 0 && report.unchanged == 2)
    let third = try MeasurementStore(at: fixture.folder("third.sqlite"), mode: .readWrite)
    #expect(try DatasetImporter(fixture.dataset(), into: third).run().sessions == 2)
  }

  @Test("What is compacted later names all that it replaces, so that copies without some of it count nothing twice")
  func twice() throws {
    try fixture.smallBatches(of: ["a", "b"])
    _ = try fixture.compactor().compact()
    let first = try fixture.liveEntry().path
    try fixture.comparison(uuid: "c")
    _ = try fixture.exporter().export()
    #expect(try fixture.compactor().compact().replaced == 2)
    let (second, entry) = try fixture.liveEntry()
    #expect(entry["replaces"]?.array?.count == 5)
    let counted = try counts()
    #expect(try fixture.dataset().checkReplacements().missing == 0)
    // A copy without the entry in between.
    try FileManager.default.removeItem(at: fixture.folder("results/\(first)"))
    #expect(try counts() == counted)
    #expect(try fixture.dataset().checkReplacements().missing == 1)
    // One with nothing but the new batch.
    for path in try fixture.entries().keys where path != second {
      try FileManager.default.removeItem(at: fixture.folder("results/\(path)"))
    }
    #expect(try counts() == counted)
    #expect(try fixture.dataset().checkReplacements().missing == 5)
    #expect(try fixture.exporter().export().written.isEmpty)
  }

  @Test("Large batches stay as they are, and new ones are no larger than asked for")
  func sizes() throws {
    for number in 1...7 {
      try fixture.comparison(uuid: "\(number)")
      // Each has 12 samples; the first two make a batch of 24.
      if number > 1 { _ = try fixture.exporter().export() }
    }
    let report = try fixture.compactor(batchSize: 36).compact()
    #expect(report.replaced == 5 && report.batches == 2)
    #expect(
      try fixture.entries().values.filter { $0["replaces"] != nil }.compactMap { $0["sessions"]?.array?.count }.sorted()
        == [2, 3])
    #expect(try fixture.dataset().sessions().count == 7)
  }

  @Test("The card lists the shards that are live, since a pattern would find the others as well")
  func card() throws {
    try fixture.smallBatches(of: ["a", "b"])
    let card = { String(decoding: try #require(try fixture.files()["README.md"]), as: UTF8.self) }
    #expect(try card().contains("    path: samples/*.jsonl\n"))
    let report = try fixture.compactor().compact()
    let listed = try card().split(separator: "\n").filter { $0.hasPrefix("    - ") }.map { String($0.dropFirst(6)) }
    #expect(listed.sorted() == report.written.sorted())
    #expect(try !card().contains("*.jsonl"))
    #expect(try card().contains("| `samples` | 24 |"))
    try fixture.comparison(uuid: "c")
    let added = try fixture.exporter().export().written
    let text = try card()
    #expect(!added.isEmpty && added.allSatisfy { text.contains("    - \($0)\n") })
  }

  @Test("A compaction that was killed loses nothing: until its shards are in place, the old ones are read")
  func killed() throws {
    try fixture.smallBatches(of: ["a", "b"])
    let (files, counted) = (try fixture.files(), try counts())
    // Before the entry: a batch in the work folder.
    let half = fixture.folder("results/.export/compaction-0/samples.jsonl")
    try FileManager.default.createDirectory(at: half.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("{".utf8).write(to: half)
    #expect(try counts() == counted)
    #expect(try fixture.exporter().export().written.isEmpty)
    #expect(try fixture.files() == files)
    // After the entry: the shards are still in the work folder, all of them or some.
    // A shard that has the bytes of an old one has its name as well, and was there before.
    let written = try fixture.compactor().compact().written.filter { files[$0] == nil }
    let whole = try fixture.files()
    for count in [written.count, 1] {
      for path in written.suffix(count) {
        let work = fixture.folder("results/.export/\(path)")
        try FileManager.default.createDirectory(at: work.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.moveItem(at: fixture.folder("results/\(path)"), to: work)
      }
      try files["README.md"]?.write(to: fixture.folder("results/README.md"))
      #expect(try counts() == counted)
      #expect(throws: DatasetError.self) { try fixture.dataset().files() }
      if count == 1 {
        #expect(try fixture.compactor().compact().batches == 0)
        _ = try fixture.exporter().export()
      } else {
        #expect(try fixture.exporter().export().written.isEmpty)
      }
      #expect(try fixture.files() == whole)
      #expect(try counts() == counted)
    }
  }

  @Test("A shard that was changed ends a compaction, and nothing is replaced")
  func damaged() throws {
    try fixture.smallBatches(of: ["a", "b"])
    let path = try #require(try fixture.files().keys.filter { $0.hasPrefix("samples/") }.min())
    try Data("{}\n".utf8).write(to: fixture.folder("results/\(path)"))
    let before = try fixture.files()
    let error = try #require(throws: DatasetError.self) { try fixture.compactor().compact() }
    #expect(error.description.hasPrefix("\(path) was changed"))
    #expect(try fixture.files() == before)
    #expect(!FileManager.default.fileExists(atPath: fixture.folder("results/.export").path))
  }

  @Test("An export and a compaction wait for each other, and say so if that takes too long")
  func concurrent() throws {
    try fixture.smallBatches(of: ["a", "b"])
    var lock: OpenFile? = try OpenFile(fixture.folder("results").path, .folder)
    // A process that another test just started has a copy of each descriptor for a moment.
    while try lock?.tryLock() == false { Thread.sleep(forTimeInterval: 0.01) }
    let error = try #require(throws: DatasetError.self) { try fixture.compactor(patience: 0).compact() }
    #expect(error.description.contains("another export has been writing to it for 0 s"))
    lock = nil
    #expect(try fixture.compactor().compact().batches == 1)
  }

  @Test("What was imported and what was measured stay in batches of their own")
  func origins() throws {
    try fixture.smallBatches(of: ["a", "b"])
    let other = try MeasurementStore(at: fixture.folder("other.sqlite"), mode: .readWrite)
    _ = try DatasetImporter(fixture.dataset(), into: other).run()
    for uuid in ["c", "d"] {
      let exporter = DatasetExporter(
        store: other, folder: fixture.folder("mixed"), gitRevision: "unknown", trigger: "manual", format: .jsonl,
        engine: nil, identity: Fixture.identity, batchSize: 1)
      _ = try exporter.export()
      let number = try other.open(Fixture.session(uuid: uuid), envelope: Fixture.envelope)
      for side in [MeasuredSide.resident, .candidate] {
        var run = side.run
        run.model = run.side == .resident ? "org/Old-4bit" : "org/New-4bit"
        let row = try other.append(run, to: number)
        for sample in side.samples { try other.append(sample, to: row) }
      }
      try other.finish(number, state: .complete)
      _ = try exporter.export()
    }
    #expect(try fixture.compactor(of: "mixed").compact().batches == 2)
    let imported = try fixture.dataset("mixed").importedSessions()
    #expect(imported == ["a", "b"])
    for entry in try fixture.entries(of: "mixed").values where entry["replaces"] != nil {
      let sessions = Set((entry["sessions"]?.array ?? []).compactMap { $0["session"]?.string })
      #expect(sessions == imported || sessions.isDisjoint(with: imported))
    }
  }

  @Test("The files to publish are the new ones, and the old ones as long as they are there")
  func published() throws {
    try fixture.smallBatches(of: ["a", "b"])
    let before = Set(try fixture.dataset().files().map(\.path))
    let written = try fixture.compactor().compact().written
    let (entry, members) = try fixture.liveEntry()
    let after = Set(try fixture.dataset().files().map(\.path))
    #expect(after == before.union(written).union([entry]))
    for shard in before where shard.hasPrefix("samples/") {
      try FileManager.default.removeItem(at: fixture.folder("results/\(shard)"))
    }
    #expect(members["replaces"]?.array?.count == 3)
    #expect(try fixture.dataset().files().count == after.count - 2)
    #expect(try fixture.dataset().checkReplacements().missing == 2)
  }

  @Test("Shards with a column of a newer program are not merged, since it would be lost")
  func unknownColumn() throws {
    for uuid in ["a", "b"] {
      try fixture.comparison(uuid: uuid)
      _ = try fixture.exporter(format: .parquet).export()
    }
    let (path, entry) = try #require(try fixture.entries().min { $0.key < $1.key })
    let shards = try #require(entry["shards"]?.array)
    let old = try #require(shards.compactMap { $0["name"]?.string }.first { $0.hasPrefix("runs/") })
    let newer = fixture.folder("newer.parquet")
    let made = Process()
    made.executableURL = Fixture.duckdb.executable
    made.arguments = [
      ":memory:", "-c",
      "COPY (SELECT *, 1 AS later_column FROM '\(fixture.folder("results/\(old)").path)') TO '\(newer.path)'",
    ]
    try made.run()
    made.waitUntilExit()
    let hash = SHA256.hash(data: try Data(contentsOf: newer)).map { String(format: "%02x", $0) }.joined().prefix(32)
    let name = "\(old.dropLast(".parquet".count + 32))\(hash).parquet"
    try FileManager.default.moveItem(at: newer, to: fixture.folder("results/\(name)"))
    try fixture.rewrite(path) { entry in
      entry["shards"] = .array(
        shards.map { $0["name"]?.string == old ? ["name": .string(name), "rows": 2, "bytes": $0["bytes"] ?? 0] : $0 })
    }
    let before = try fixture.files()
    let error = try #require(throws: DatasetError.self) { try fixture.compactor().compact() }
    #expect(error.description.contains("runs has the column later_column, which this program does not know"))
    #expect(try fixture.files() == before)
  }
}
