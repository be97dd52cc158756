import Crypto
import Foundation
import JSON
import Measurements
import Store
import Testing

@testable import Dataset

/// Datasets that somebody made up or changed, with names and an index that fit.
@Suite("A hostile dataset")
struct HostileImportTests {
  let fixture: Fixture
  /// The database that is attacked, with a session of its own.
  let other: MeasurementStore

  init() throws {
    fixture = try Fixture()
    other = try MeasurementStore(at: fixture.folder("other.sqlite"), mode: .readWrite)
    let own = Fixture.session(uuid: "own")
    let number = try other.open(own, envelope: Fixture.envelope)
    for var side in [MeasuredSide.resident, .candidate] {
      side.run.model = side.run.side == .resident ? "org/Old-4bit" : "org/New-4bit"
      let run = try other.append(side.run, to: number)
      for sample in side.samples { try other.append(sample, to: run) }
    }
    try other.finish(number, state: .complete)
  }

  /// Everything in the attacked database.
  private func contents() throws -> [String] {
    var tables: [String] = []
    try other.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") { _, values in
      tables.append(values.first?.string ?? "")
    }
    return try tables.flatMap { table in
      var rows: [String] = []
      try other.query("SELECT * FROM \(table)") { rows.append("\(table) \(JSONValue.array($1).serialized())") }
      return rows
    }
  }

  private func importing(_ folder: URL, here: Measurements.Host? = nil) throws -> DatasetImporter.Report {
    try DatasetImporter(PublishedDataset(folder: folder, engine: Fixture.duckdb), into: other, here: here).run()
  }

  struct Forgery: Sendable, CustomTestStringConvertible {
    let table: DatasetTable
    var line = 0
    let column: String
    let value: JSONValue
    /// What is said of the row.
    let problem: String

    var testDescription: String { "\(table.rawValue).\(column) = \(value.serialized().prefix(60))" }
  }

  private static let limit = "and a challenge is from 1 to 100000"
  private static let years = "is outside the years 1970 to 9999"
  private static let year9999999 = JSONValue.number(315_506_000_000_000)

  static let forgeries: [Forgery] = [
    .init(
      table: .sessions, column: "challenge", value: .integer(.max),
      problem: "\"challenge\" is 9223372036854775807, \(limit)"),
    .init(table: .sessions, column: "challenge", value: 100_001, problem: "\"challenge\" is 100001, \(limit)"),
    .init(table: .sessions, column: "challenge", value: 0, problem: "\"challenge\" is 0, \(limit)"),
    .init(table: .sessions, column: "challenge", value: -1, problem: "\"challenge\" is -1, \(limit)"),
    .init(
      table: .sessions, column: "unfinished_challenges", value: [.integer(.max)],
      problem: "\"unfinished_challenges\" are not ascending numbers from 1 that are lower than \"challenge\""),
    .init(table: .sessions, column: "started_at", value: year9999999, problem: "\"started_at\" \(years)"),
    .init(table: .sessions, column: "started_at", value: -1, problem: "\"started_at\" \(years)"),
    .init(table: .sessions, column: "started_at", value: "nan", problem: "\"started_at\" is not finite"),
    .init(
      table: .sessions, column: "sample_count", value: 13,
      problem: "\"sample_count\" is 13, and `samples` has 12 of the session"),
    .init(
      table: .sessions, column: "run_count", value: 1, problem: "\"run_count\" is 1, and `runs` has 2 of the session"),
    .init(
      table: .sessions, column: "session", value: "b", problem: "\"session\" is b, which the index entry does not name"),
    .init(
      table: .sessions, column: "envelope_hash", value: "00ff",
      problem: "\"envelope_hash\" is of an envelope that the dataset lacks"),
    .init(
      table: .sessions, column: "void_blocks", value: [-1],
      problem: "the void block has a negative number or a cell whose name contains U+0000"),
    .init(
      table: .sessions, column: "memory_bytes", value: -1, problem: "\"physical_cores\" or \"memory_bytes\" is negative"
    ),
    .init(table: .sessions, column: "origin", value: "mine", problem: "\"origin\" is missing or of another type"),
    .init(table: .runs, line: 1, column: "run", value: 0, problem: "\"run\" is not the next of its session"),
    .init(table: .runs, column: "load_seconds", value: "inf", problem: "\"load_seconds\" is not finite"),
    .init(
      table: .runs, column: "model", value: "org/else",
      problem: "the run of the resident does not belong to session 2: it is of org/else, not of org/Old-4bit"),
    .init(table: .samples, column: "started_at", value: year9999999, problem: "\"started_at\" \(years)"),
    .init(table: .samples, column: "load_average", value: "nan", problem: "\"load_average\" is not finite"),
    .init(table: .samples, column: "elapsed_ns", value: -1, problem: "\"elapsed_ns\" is negative"),
    .init(
      table: .samples, column: "token_ns", value: [3, 2, 1],
      problem: "\"token_ns\": the sample has token times that go back"),
    .init(
      table: .samples, column: "prompt_tokens", value: .integer(.max),
      problem:
        "\"prompt_tokens\", \"cached_tokens\", \"completion_tokens\": the sample has an impossible count of tokens"),
    .init(
      table: .samples, line: 1, column: "repetition", value: 0,
      problem: "the row breaks a rule of the store: a place is measured once"),
    .init(
      table: .samples, column: "cell", value: "elsewhere",
      problem: "\"cell\": a figure needs a concurrency: the envelope has no such throughput cell"),
    .init(table: .samples, column: "run", value: 7, problem: "\"run\" is 7, which `runs` lacks"),
    .init(table: .samples, column: "session", value: "b", problem: "\"session\" is b, which the batch lacks"),
    .init(table: .incidents, column: "occurred_at", value: year9999999, problem: "\"occurred_at\" \(years)"),
    .init(table: .hostReadings, column: "load_average", value: "inf", problem: "\"load_average\" is not finite"),
    .init(table: .hostReadings, column: "temperature_c", value: "nan", problem: "\"temperature_c\" is not finite"),
    .init(table: .memoryTraces, column: "started_at", value: -5, problem: "\"started_at\" \(years)"),
    .init(
      table: .memoryTraces, column: "reading", value: 9, problem: "\"reading\" is 9, which `host_readings` lacks"),
    .init(table: .verdicts, column: "recorded_at", value: year9999999, problem: "\"recorded_at\" \(years)"),
    .init(
      table: .verdicts, column: "outcome", value: "best",
      problem: "\"outcome\" is none, or another than that of \"verdict\""),
    .init(
      table: .verdicts, column: "outcome", value: "promote",
      problem: "\"outcome\" is none, or another than that of \"verdict\""),
  ]

  @Test(
    "What no measurement can have is one error that names file, row and column, and changes nothing",
    arguments: forgeries)
  func refused(forgery: Forgery) throws {
    let number = try fixture.comparison(uuid: "a", context: Fixture.context)
    try fixture.store.record(verdict: ["outcome": "hold"], outcome: "hold", for: number)
    _ = try fixture.exporter().export()
    let forged = try ForgedDataset(
      fixture.folder("results"), forgery.table, line: forgery.line, column: forgery.column, value: forgery.value)
    let before = try contents()
    let error = try #require(throws: DatasetError.self) { try importing(forged.folder) }
    guard case .malformed(let name, let line, let problem) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(name.hasPrefix("\(forgery.table.rawValue)/") && line == forgery.line + 1)
    #expect(problem == forgery.problem)
    #expect(!error.description.contains("\n"))
    #expect(try contents() == before)
    // The same without the forgery goes in.
    #expect(try importing(fixture.folder("results")).sessions == 1)
  }

  @Test("JSON that is no envelope is refused")
  func noEnvelope() throws {
    let envelope: JSONValue = [
      "id": "smoke", "throughput": [["id": "short", "prompt_tokens": 512]],
      "accuracy": [["id": "facts", "items": [["id": "sky"], ["id": "sea"]]]],
    ]
    try fixture.comparison(uuid: "a", envelope: envelope)
    _ = try fixture.exporter().export()
    let before = try contents()
    let error = try #require(throws: DatasetError.self) { try importing(fixture.folder("results")) }
    #expect(error.description.contains(", line 1: \"envelope\" is no envelope: ") && !error.description.contains("\n"))
    #expect(error.description.hasPrefix("envelopes/"))
    #expect(try contents() == before)
  }

  @Test("A session that a batch has twice is refused")
  func repeated() throws {
    for uuid in ["a", "b"] { try fixture.comparison(uuid: uuid) }
    _ = try fixture.exporter().export()
    let forged = try ForgedDataset(fixture.folder("results"), .sessions, line: 1, column: "session", value: "a")
    let error = try #require(throws: DatasetError.self) { try importing(forged.folder) }
    #expect(error.description.hasSuffix(", line 2: \"session\" repeats a"))
  }

  @Test("A shard that two entries of the index name is refused, since a signature of one would cover the other")
  func sharedShard() throws {
    try fixture.comparison(uuid: "a")
    _ = try fixture.exporter().export()
    let index = fixture.folder("results/index")
    let file = try #require(try FileManager.default.contentsOfDirectory(atPath: index.path).first)
    let bytes = try Data(contentsOf: index.appendingPathComponent(file)) + Data(" ".utf8)
    let hash = SHA256.hash(data: bytes).map {
      String($0, radix: 16).count == 1 ? "0\(String($0, radix: 16))" : String($0, radix: 16)
    }
    let name = "batch-20990101T000000Z-\(hash.joined().prefix(32)).json"
    try bytes.write(to: index.appendingPathComponent(name))
    let error = try #require(throws: DatasetError.self) { try importing(fixture.folder("results")) }
    #expect(error.description.contains("a shard is of one batch"))
  }

  @Test("A batch that can't be used keeps those before it out as well", arguments: ShardFormat.allCases)
  func secondBatch(format: ShardFormat) throws {
    try fixture.comparison(uuid: "a")
    _ = try fixture.exporter(format: format).export()
    try fixture.comparison(uuid: "b")
    let second = try fixture.exporter(format: format).export()
    let samples = fixture.folder("results/\(try #require(second.written.first { $0.hasPrefix("samples/") }))")
    let bytes = try Data(contentsOf: samples)
    try (bytes + Data("\n".utf8)).write(to: samples)
    let before = try contents()
    #expect(throws: DatasetError.self) { try importing(fixture.folder("results")) }
    #expect(try contents() == before)
    try bytes.write(to: samples)
    #expect(try importing(fixture.folder("results")).sessions == 2)
  }

  @Test("Numbers that agree with those of local comparisons are taken, and change nothing there")
  func equalNumbers() throws {
    for uuid in ["a", "b"] { try fixture.comparison(uuid: uuid) { $0.challenge = 1 } }
    _ = try fixture.exporter().export()
    let account = try other.challengeAccount(of: 1)
    #expect(try importing(fixture.folder("results")).sessions == 2)
    #expect(try other.challengeAccount(of: 1) == account && account?.others.isEmpty == true)
  }

  @Test("Verdicts about sessions that were measured here, or that somebody else brought, are left out")
  func foreignVerdicts() throws {
    let number = try fixture.comparison(uuid: "own")
    try fixture.store.record(verdict: ["outcome": "promote"], outcome: "promote", for: number)
    try fixture.store.setAside(number, why: "a loss", requestedBy: "them")
    _ = try fixture.exporter().export()
    let before = try contents()
    let report = try importing(fixture.folder("results"))
    #expect(report.sessions == 0 && report.unchanged == 1 && report.verdicts == 0 && report.leftOut == 2)
    #expect(try contents() == before)
  }

  @Test("Another description of this machine does not stand in the way of what it measures")
  func disguisedHost() throws {
    var here = Fixture.session(uuid: "x").host
    here.fingerprint = "c0de"
    try fixture.comparison(uuid: "a") {
      $0.host.fingerprint = "c0de"
      $0.host.chip = "Another CPU"
    }
    _ = try fixture.exporter().export()
    #expect(try importing(fixture.folder("results"), here: here).sessions == 1)
    var session = Fixture.session(uuid: "mine")
    session.host = here
    _ = try other.open(session, envelope: Fixture.envelope)
  }

  @Test("What was imported leaves again without spoiling the export of what was measured")
  func exportAfterwards() throws {
    try fixture.comparison(uuid: "a") { $0.challenge = 7 }
    _ = try fixture.exporter().export()
    _ = try importing(fixture.folder("results"))
    let exporter = DatasetExporter(
      store: other, folder: fixture.folder("again"), gitRevision: "unknown", trigger: "manual", format: .jsonl,
      engine: nil, identity: Fixture.identity)
    #expect(try exporter.export().refused.isEmpty)
    let sessions = try fixture.dataset("again").sessions()
    #expect(sessions.map(\.origin) == [.measured, .imported] || sessions.map(\.origin) == [.imported, .measured])
    #expect(try DatasetVerifier(fixture.dataset("again")).challengeAudit().isWhole)
  }
}
