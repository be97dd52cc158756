import Crypto
import Dataset
import Foundation
import JSON
import Measurements
import Testing

@Suite("Raw samples")
struct RawShardTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func exported() throws -> URL {
    let report = try fixture.exporter().export()
    let name = try #require(report.written.first { $0.hasPrefix("raw/") })
    return fixture.folder("results/\(name)")
  }

  @Test("The evidence rebuilt from a file equals the evidence of the store")
  func roundTrip() throws {
    let number = try fixture.comparison()
    #expect(try Evidence(rawShard: try exported()) == fixture.store.evidence(number))
  }

  @Test("Unverified provenance and a missing role survive")
  func absences() throws {
    var resident = Sided.resident
    resident.run.provenance = .unverified
    let number = try fixture.comparison(resident: resident) { $0.role = nil }
    #expect(try Evidence(rawShard: try exported()) == fixture.store.evidence(number))
  }

  @Test("A reading of several sequences survives")
  func sequences() throws {
    var resident = Sided.resident
    var reading = try #require(resident.samples.compactMap(\.throughput).first)
    reading.sequences = 4
    resident.samples.append(Sided.sample("short", block: 7, .throughput(reading)))
    let number = try fixture.comparison(resident: resident)
    #expect(try Evidence(rawShard: try exported()) == fixture.store.evidence(number))
    #expect(try fixture.store.evidence(number).residentSamples.contains { $0.throughput?.sequences == 4 })
  }

  @Test("Turns of tool loops survive, and each is a row with its round") func turns() throws {
    var envelope = try #require(Fixture.envelope.object)
    envelope["tool_loops"] = [["id": "loop", "mode": "live"]]
    let times = ThroughputReading(promptTokens: 90, cachedTokens: 80, tokenNanoseconds: [5_000_000, 6_000_000])
    let judgement = TurnJudgement(
      parser: "json_tools", failures: ["wrong_value", "extra_call"], detail: "n is 9", isAnswered: true, text: "é<x>")
    var candidate = Sided.candidate
    for (round, turn) in [TurnReading(times: times), TurnReading(times: times, judgement: judgement)].enumerated() {
      var sample = Sided.sample("loop", .turn(turn))
      sample.place.round = round + 1
      candidate.samples.append(sample)
    }
    let number = try fixture.comparison(envelope: .object(envelope), candidate: candidate)
    #expect(try Evidence(rawShard: try exported()) == fixture.store.evidence(number))
    let rows = try fixture.rows("data/").filter { $0["cell"] == "loop" }
    #expect(Set(rows.compactMap { $0["round"]?.integer }) == [1, 2])
    #expect(rows.first { $0["metric"] == "valid_tool_call_rate" }?["value"] == 0.0)
    #expect(rows.contains { $0["failures"] == ["wrong_value", "extra_call"] })
  }

  @Test("A changed byte is noticed by the hash in the name")
  func changedByte() throws {
    try fixture.comparison()
    let url = try exported()
    var bytes = try Data(contentsOf: url)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: url)
    #expect {
      try Evidence(rawShard: url)
    } throws: { error in
      guard case .hashMismatch = error as? DatasetError else { return false }
      return true
    }
  }

  @Test("A file that is not there is an error with its name")
  func missingFile() {
    #expect {
      try Evidence(rawShard: URL(fileURLWithPath: "/nowhere/session-x.jsonl"))
    } throws: { error in
      guard case .file("session-x.jsonl", _) = error as? DatasetError else { return false }
      return true
    }
  }

  @Test("Samples of one model are no comparison")
  func oneModel() throws {
    var session = Fixture.session(uuid: "u")
    session.resident = nil
    let number = try fixture.store.open(session, envelope: Fixture.envelope)
    var sided = Sided.candidate
    sided.run.side = nil
    sided.run.model = session.candidate
    let run = try fixture.store.append(sided.run, to: number)
    for sample in sided.samples { try fixture.store.append(sample, to: run) }
    try fixture.store.finish(number, state: .complete)
    let url = try exported()
    #expect(throws: DatasetError.notAComparison(name: url.lastPathComponent)) { try Evidence(rawShard: url) }
    #expect(try fixture.rows("data/").allSatisfy { $0["side"] == .null && $0["model"]?.string == "org/New-4bit" })
  }

  /// Writes rows under a name with their right hash.
  private func shard(_ rows: [JSONValue]) throws -> URL {
    try shard(bytes: Data(rows.map { $0.serialized() + "\n" }.joined().utf8))
  }

  private func shard(bytes: Data) throws -> URL {
    let hash = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined().prefix(32)
    let url = fixture.folder("forged-\(hash).jsonl")
    try bytes.write(to: url)
    return url
  }

  /// The header and a sample of each kind.
  private func excerpt() throws -> [JSONValue] {
    try fixture.comparison()
    _ = try exported()
    let rows = try fixture.rows("raw/")
    return [0, 1, 4, 5].map { rows[$0] }
  }

  @Test("A column that is missing or has another value is an error with the line, or changes the evidence")
  func malformedColumns() throws {
    let rows = try excerpt()
    let original = try Evidence(rawShard: try shard(rows))
    let unused = ["git_sha", "trigger"]
    for line in rows.indices {
      let object = try #require(rows[line].object)
      for name in object.names where !unused.contains(name) {
        for value in [nil, [:], "x", -1, .null] as [JSONValue?] where value != object[name] {
          var changed = object
          changed[name] = value
          var forged = rows
          forged[line] = .object(changed)
          do {
            let evidence = try Evidence(rawShard: try shard(forged))
            #expect(evidence != original || (object[name] == .null && value == nil), "\(name) of line \(line + 1)")
          } catch DatasetError.malformed(_, let found, _) {
            #expect(found == line + 1)
          } catch DatasetError.notAComparison {
            #expect(name == "resident")
          }
        }
      }
    }
  }

  @Test("Random damage is an error or harmless, never a crash")
  func fuzz() throws {
    let bytes = Data(try excerpt().map { $0.serialized() + "\n" }.joined().utf8)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: damaged.indices, using: &generator)
        damaged[index] =
          [0x22, 0x2D, 0x30, 0x39, 0x5B, 0x7D, 0x0A, UInt8.random(in: .min ... .max)].randomElement() ?? 0
      }
      let url = try shard(bytes: damaged)
      if let evidence = try? Evidence(rawShard: url) {
        for sample in evidence.residentSamples + evidence.candidateSamples {
          _ = [sample.throughput?.cumulativeTokensPerSecond, sample.throughput?.interTokenP95Seconds]
        }
      }
      try FileManager.default.removeItem(at: url)
    }
  }
}
