import Crypto
import Dataset
import Foundation
import JSON
import Measurements
import Store
import Testing

@Suite("Reading a dataset")
struct ReadingTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  /// What of the evidence a dataset has: everything but what models wrote.
  private static func published(_ evidence: Evidence) -> Evidence {
    var evidence = evidence
    for side in [\Evidence.residentSamples, \.candidateSamples] {
      for index in evidence[keyPath: side].indices {
        switch evidence[keyPath: side][index].outcome {
        case .answer(var reading) where Int(reading.answer) == nil:
          reading.answer = hash(reading.answer)
          evidence[keyPath: side][index].outcome = .answer(reading)
        case .turn(var turn):
          if var judgement = turn.judgement {
            judgement.text = hash(judgement.text)
            judgement.detail = ""
            turn.judgement = judgement
          }
          evidence[keyPath: side][index].outcome = .turn(turn)
        default: break
        }
      }
    }
    evidence.voids = evidence.voids.map {
      BlockVoid(cell: $0.cell, block: $0.block, reason: Fixture.voidReason)
    }
    return evidence
  }

  private static func hash(_ text: String) -> String {
    "sha256:" + SHA256.hash(data: Array(text.utf8)).map { String(format: "%02x", $0) }.joined().prefix(32)
  }

  @Test("The evidence rebuilt from the shards equals that of the store", arguments: ShardFormat.allCases)
  func roundTrip(format: ShardFormat) throws {
    let number = try fixture.comparison()
    var unverified = MeasuredSide.resident
    var reading = try #require(unverified.samples.compactMap(\.throughput).first)
    reading.sequences = 4
    unverified.samples.append(MeasuredSide.sample("short", block: 7, .throughput(reading)))
    unverified.run.provenance = .unverified
    let other = try fixture.comparison(uuid: "other", resident: unverified) {
      $0.role = nil
      $0.startedAt += 1
      $0.resident = $0.candidate
    }
    _ = try fixture.exporter(format: format).export()
    #expect(
      try fixture.evidence() == [number, other].map { Self.published(try fixture.store.evidence($0)) })
  }

  @Test("Turns of tool loops survive, and each is a row with its round", arguments: ShardFormat.allCases)
  func turns(format: ShardFormat) throws {
    var envelope = try #require(Fixture.envelope.object)
    envelope["tool_loops"] = [["id": "loop", "mode": "live"]]
    let times = ThroughputReading(promptTokens: 90, cachedTokens: 80, tokenNanoseconds: [5_000_000, 6_000_000])
    let judgement = TurnJudgement(
      parser: "json_tools", failures: ["wrong_value", "extra_call"], detail: "n is 9", isAnswered: true, text: "é<x>")
    var candidate = MeasuredSide.candidate
    for (round, turn) in [TurnReading(times: times), TurnReading(times: times, judgement: judgement)].enumerated() {
      var sample = MeasuredSide.sample("loop", .turn(turn))
      sample.place.round = round + 1
      candidate.samples.append(sample)
    }
    let number = try fixture.comparison(envelope: .object(envelope), candidate: candidate)
    _ = try fixture.exporter(format: format).export()
    #expect(try fixture.evidence() == [Self.published(try fixture.store.evidence(number))])
    _ = try fixture.exporter(to: "lines").export()
    let rows = try fixture.rows(.measurements, in: "lines").filter { $0["cell"] == "loop" }
    #expect(Set(rows.compactMap { $0["round"]?.integer }) == [1, 2])
    #expect(rows.first { $0["metric"] == "valid_tool_call_rate" }?["value"] == 0.0)
    #expect(rows.contains { $0["failures"] == ["wrong_value", "extra_call"] })
  }

  @Test("A changed byte is noticed by the hash in the name", arguments: ShardFormat.allCases)
  func changedByte(format: ShardFormat) throws {
    try fixture.comparison()
    let report = try fixture.exporter(format: format).export()
    let shard = try #require(report.written.first { $0.hasPrefix("samples/") })
    let url = fixture.folder("results/\(shard)")
    var bytes = try Data(contentsOf: url)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: url)
    #expect {
      try fixture.evidence()
    } throws: { error in
      guard case .hashMismatch(shard, _) = error as? DatasetError else { return false }
      return true
    }
  }

  @Test("A folder without a dataset, and Parquet without DuckDB, are errors of their own kind")
  func unusable() throws {
    #expect(throws: DatasetError.file(name: "nowhere", reason: "it holds no dataset")) {
      try PublishedDataset(folder: fixture.folder("nowhere"), engine: nil)
    }
    try fixture.comparison()
    _ = try fixture.exporter(format: .parquet).export()
    let dataset = try PublishedDataset(folder: fixture.folder("results"), engine: nil)
    #expect(throws: DatasetError.engineMissing) { try dataset.sessions() }
    // Which files are about a session is known without it.
    #expect(dataset.files(of: "6d1a1a0e-0000-4000-8000-000000000001").count == 1)
  }

  @Test("Measurements of one model are read, but are no comparison")
  func oneModel() throws {
    var session = Fixture.session(uuid: "u")
    session.resident = nil
    let number = try fixture.store.open(session, envelope: Fixture.envelope)
    var side = MeasuredSide.candidate
    side.run.side = nil
    side.run.model = session.candidate
    let run = try fixture.store.append(side.run, to: number)
    for sample in side.samples { try fixture.store.append(sample, to: run) }
    try fixture.store.finish(number, state: .complete)
    _ = try fixture.exporter().export()
    #expect(try fixture.evidence().isEmpty)
    #expect(try fixture.dataset().sessions().map(\.session.uuid) == ["u"])
    #expect(try fixture.rows(.measurements).allSatisfy { $0["side"] == .null && $0["model"]?.string == "org/New-4bit" })
  }

  @Test("A missing or mistyped value is an error with the line, never a crash")
  func malformedValues() throws {
    try fixture.comparison()
    _ = try fixture.exporter().export()
    for table in [DatasetTable.samples, .runs, .sessions, .envelopes] {
      for (name, definition) in table.columns {
        for value in [nil, [:], -1, .array([.null])] as [JSONValue?] {
          let forged = try ForgedDataset(fixture.folder("results"), table, line: 0, column: name, value: value)
          defer { forged.remove() }
          do {
            _ = try forged.evidence()
          } catch let error as DatasetError {
            guard case .malformed = error else {
              Issue.record("\(name) of \(definition.kind): \(error)")
              return
            }
          }
        }
      }
    }
  }
}
