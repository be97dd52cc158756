import Foundation
import GRDB
import JSON
import Measurements
import TestSupport
import Testing

@testable import Store

@Suite("Challenges of a resident")
struct ChallengeTests {
  private let folder: TemporaryFolder
  private let store: MeasurementStore

  init() throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore.fresh(in: folder)
  }

  /// What a session is of; the defaults are those of an honest comparison.
  private struct Attempt {
    var resident = "a"
    var residentTensors: String? = "A"
    var residentName: ModelID = "org/old"
    var candidate = "b"
    var candidateTensors: String? = "B"
    var candidateName: ModelID = "org/new"
    var role: Role? = "default"
    var threads = 2
    var environment = EnvironmentClass.underLoad
    var envelope = Fixture.envelope
    var host = Fixture.host
    var state = MeasurementSession.State.complete
    /// Of the candidate's `config.json`; nil where nothing is known of it.
    var configuration: String?
    /// What is recorded of it in the end; nil for nothing.
    var verdict: (outcome: String, document: JSONValue)?
  }

  /// Opens a session, begins its runs, and ends it in that state.
  @discardableResult
  private func session(_ change: (inout Attempt) -> Void = { _ in }) throws -> MeasurementSession {
    var attempt = Attempt()
    change(&attempt)
    let (session, runs) = try start(of: attempt)
    let number = try store.open(session, envelope: attempt.envelope, runs: runs)
    for run in runs {
      let row = try store.append(run, to: number)
      try store.append(Fixture.sample(), to: row)
    }
    try store.finish(number, state: attempt.state)
    if let (outcome, document) = attempt.verdict { try store.record(verdict: document, outcome: outcome, for: number) }
    return try store.session(number).session
  }

  /// How the next session comes to its number.
  private func origin(_ change: (inout Attempt) -> Void = { _ in }) throws -> ChallengeOrigin? {
    var attempt = Attempt()
    change(&attempt)
    let (session, runs) = try start(of: attempt)
    return try store.counted(session, runs: runs, ledger: ChallengeLedger()).challenge?.origin
  }

  private func start(of attempt: Attempt) throws -> (session: MeasurementSession, runs: [Run]) {
    var session = Fixture.session(
      resident: attempt.residentName, candidate: attempt.candidateName,
      startedAt: 1_763_866_260 + Double(try store.sessions().count), host: attempt.host)
    (session.role, session.environment) = (attempt.role, attempt.environment)
    session.envelopeHash = Fixture.hash(of: attempt.envelope)
    let engine = EngineBuild(name: "native", version: "1", instructionSet: "avx2", threads: attempt.threads)
    var runs = [
      Self.run(.resident, attempt.residentName, attempt.resident, attempt.residentTensors, engine),
      Self.run(.candidate, attempt.candidateName, attempt.candidate, attempt.candidateTensors, engine),
    ]
    if let configuration = attempt.configuration, case .hashed(let hash, var files, let tensors) = runs[1].provenance {
      files["config.json"] = .string(configuration)
      runs[1].provenance = .hashed(hash, files: files, tensors: tensors)
    }
    return (session, runs)
  }

  private static func run(
    _ side: Side, _ model: ModelID, _ weights: String, _ tensors: String?, _ engine: EngineBuild
  ) -> Run {
    var run = Fixture.run(side, engine: engine, model: model)
    run.provenance = .hashed(
      WeightsHash(rawValue: weights), files: JSONObject([("model.safetensors", .string(weights))]),
      tensors: tensors.map(TensorsHash.init(rawValue:)))
    return run
  }

  /// Another candidate of these tensors.
  private func candidate(_ name: String) throws -> Int? {
    try session { ($0.candidate, $0.candidateTensors) = (name, name.uppercased()) }.challenge
  }

  @Test("Each new candidate is the next challenge; a re-run of one that was finished keeps its number")
  func counting() throws {
    #expect(try candidate("b") == 1)
    #expect(try candidate("c") == 2)
    #expect(try candidate("b") == 1)
    #expect(try candidate("d") == 3)
    #expect(try store.challenges(of: "org/old", host: Fixture.host.fingerprint) == 3)
  }

  @Test("Forty names for the same tensors are one experiment with one number and one pool of blocks")
  func names() throws {
    for copy in 0..<40 {
      let name = ModelID(rawValue: "org/copy-\(copy)")
      let session = try session { ($0.candidateName, $0.candidate) = (name, "files \(copy)") }
      #expect(session.challenge == 1)
    }
    #expect(try store.predecessors(of: 40).count == 39)
    #expect(try store.verdictInputs(of: 40).pooled.count == 39)
    #expect(try store.challenges(of: "org/copy-7", host: Fixture.host.fingerprint) == 0)
  }

  @Test("The same tensors with another configuration are another challenge, whose blocks and verdicts do not count")
  func configurations() throws {
    for (configuration, challenge) in [("2 experts", 1), ("8 experts", 2), ("2 experts", 1), ("8 experts", 2)] {
      let session = try session { attempt in
        (attempt.configuration, attempt.candidate) = (configuration, "files of \(configuration)")
        attempt.verdict = ("promote", ["outcome": "promote"])
      }
      #expect(session.challenge == challenge)
    }
    let inputs = try store.verdictInputs(of: 4)
    #expect(inputs.pooled.map(\.session.uuid) == [try store.session(2).session.uuid])
    let counted = try [2, 4].map { try store.session(SessionNumber(rawValue: $0)).session.uuid }
    #expect(inputs.decided.map(\.session) == counted)
    // Its tensors are one candidate for the count.
    #expect(try candidate("c") == 3)
  }

  @Test("Nothing goes on from a comparison that was rejected, refused or not whole")
  func over() throws {
    let refusal: JSONValue = [["code": "other_conditions", "message": "run both alike"]]
    let verdicts: [(String, JSONValue)] = [
      ("hold", ["refusals": [], "gaps": []]), ("reject", ["refusals": [], "gaps": []]),
      ("inconclusive", ["refusals": refusal, "gaps": []]), ("inconclusive", ["refusals": [], "gaps": refusal]),
      ("inconclusive", ["refusals": [], "gaps": []]), ("promote", ["refusals": [], "gaps": []]),
    ]
    let sessions = try verdicts.map { verdict in
      (origin: try origin(), challenge: try session { $0.verdict = verdict }.challenge)
    }
    #expect(sessions.map(\.challenge) == [1, 1, 2, 3, 4, 4])
    #expect(
      sessions.map(\.origin) == [
        .new, .added(earlier: 1), .instead(of: 1, .rejected), .instead(of: 2, .refused), .instead(of: 3, .incomplete),
        .added(earlier: 1),
      ])
    #expect(try session().challenge == 4)
  }

  @Test("A stream over hours is looked at once: the next comparison under its envelope is another challenge")
  func endurance() throws {
    var source = try #require(Fixture.envelope.object)
    source["endurance"] = [["id": "day"]]
    let envelope = JSONValue.object(source)
    #expect(try (0..<3).map { _ in try session { $0.envelope = envelope }.challenge } == [1, 2, 3])
    #expect(try origin { $0.envelope = envelope } == .instead(of: 3, .endurance))
  }

  @Test("Answers that are drawn at random are looked at once, and greedy ones as often as rounds")
  func drawnAnswers() throws {
    func challenges(_ temperature: Double, _ section: String, _ cell: JSONValue) throws -> [Int?] {
      var source = try #require(Fixture.envelope.object)
      source["sampling"] = ["temperature": .number(temperature)]
      source[section] = [cell]
      let envelope = JSONValue.object(source)
      return try (0..<2).map { _ in try session { $0.envelope = envelope }.challenge }
    }
    #expect(try challenges(0, "accuracy", ["id": "choice"]) == [1, 1])
    #expect(try challenges(0.8, "accuracy", ["id": "choice"]) == [2, 3])
    #expect(try challenges(0.8, "tool_loops", ["id": "live", "mode": "live"]) == [4, 5])
    #expect(try challenges(0.8, "tool_loops", ["id": "replay", "mode": "replay"]) == [6, 6])
    #expect(try challenges(0.8, "throughput", ["id": "short"]) == [7, 7])
  }

  @Test("Nothing goes on from a comparison that the ledger should have and lacks")
  func unkept() throws {
    let first = try session { ($0.candidate, $0.candidateTensors) = ("z", "Z") }
    let engine = EngineBuild(name: "native", version: "1", instructionSet: "avx2", threads: 2)
    var other = Self.record(7, "other files", "C")
    other.recordedAt = first.startedAt + 1
    #expect(try counted(ChallengeLedger([other]), engine).number == 1)
    // It was measured around a ledger that had begun.
    other.recordedAt = first.startedAt - 1
    let unkept = try counted(ChallengeLedger([other]), engine)
    #expect(unkept.number == 2 && unkept.origin == .instead(of: 1, .unkept))
    var own = Self.record(1, "a")
    own.session = first.uuid
    #expect(try counted(ChallengeLedger([other, own]), engine).number == 1)
    let elsewhere = try counted(ChallengeLedger([own, Self.record(1, "a")]), engine)
    #expect(elsewhere.origin == .instead(of: 1, .elsewhere))
  }

  @Test("Neither a name, a file's byte, a role, an envelope, an environment nor an engine resets the count")
  func resets() throws {
    var weak = try #require(Fixture.envelope.object)
    weak["limit"] = 0.99
    let attempts: [(inout Attempt) -> Void] = [
      { _ in }, { ($0.candidate, $0.candidateTensors) = ("c", "C") },
      { ($0.candidate, $0.candidateTensors, $0.resident) = ("d", "D", "a, one byte more") },
      { ($0.candidate, $0.candidateTensors, $0.residentName) = ("e", "E", "org/alias") },
      { $0.role = "throwaway" }, { $0.role = nil }, { $0.envelope = .object(weak) }, { $0.environment = .isolated },
      { $0.threads = 4 },
    ]
    #expect(try attempts.compactMap { try session($0).challenge } == Array(1...9))
    for name in ["org/old", "org/alias"] as [ModelID] {
      #expect(try store.challenges(of: name, host: Fixture.host.fingerprint) == 9)
    }
  }

  @Test("Dropping a comparison and beginning anew is another challenge, and the next ones tell of it")
  func dropped() throws {
    #expect(try session { $0.state = .interrupted }.challenge == 1)
    #expect(try origin() == .instead(of: 1, .unfinished))
    let second = try session()
    #expect(second.challenge == 2 && second.unfinishedChallenges == [1])
    #expect(try session().challenge == 2)
    #expect(try store.predecessors(of: 3).map(\.rawValue) == [2])
  }

  @Test("A comparison that could not pool the earlier blocks does not share their number")
  func clockSetBack() throws {
    #expect(try session().challenge == 1)
    var earlier = Fixture.session(startedAt: 5)
    earlier.uuid = "earlier"
    let engine = EngineBuild(name: "native", version: "1", instructionSet: "avx2", threads: 2)
    let runs = [Self.run(.resident, "org/old", "a", "A", engine), Self.run(.candidate, "org/new", "b", "B", engine)]
    let number = try store.open(earlier, envelope: Fixture.envelope, runs: runs)
    #expect(try store.session(number).session.challenge == 2)
  }

  @Test("Other tensors, and another host, begin anew")
  func others() throws {
    #expect(try session().challenge == 1)
    #expect(try session { ($0.resident, $0.residentTensors) = ("z", "Z") }.challenge == 1)
    var host = Fixture.host
    host.fingerprint = "beef"
    #expect(try session { $0.host = host }.challenge == 1)
  }

  @Test("Sessions from before tensors were hashed count for the files that they were of")
  func before() throws {
    #expect(try session { ($0.residentTensors, $0.candidateTensors) = (nil, nil) }.challenge == 1)
    #expect(try session { ($0.candidate, $0.candidateTensors) = ("c", "C") }.challenge == 2)
    // By the second, the first is of the tensors A.
    #expect(try session { ($0.resident, $0.candidate, $0.candidateTensors) = ("a'", "d", "D") }.challenge == 3)
  }

  /// What the registry's ledger has of a challenge by another candidate in another database.
  private static func record(_ number: Int, _ resident: String, _ tensors: TensorsHash? = "A") -> ChallengeRecord {
    ChallengeRecord(
      number: number, session: "elsewhere \(number)", host: Fixture.host.fingerprint, envelope: Fixture.envelopeHash,
      resident: .init(model: "org/old", weights: WeightsHash(rawValue: resident), tensors: tensors),
      candidate: .init(model: "org/other", weights: "x", tensors: nil), recordedAt: 0)
  }

  private func counted(
    _ ledger: ChallengeLedger, _ engine: EngineBuild = Fixture.engine
  ) throws -> (number: Int?, unfinished: [Int], origin: ChallengeOrigin?) {
    let session = Fixture.session(startedAt: 1_763_866_999)
    let runs = [
      Self.run(.resident, "org/old", "a", "A", engine), Self.run(.candidate, "org/new", "z", "Z", engine),
    ]
    let result = try store.counted(session, runs: runs, ledger: ledger)
    let record = result.challenge?.record
    #expect(record?.number == result.session.challenge && record?.session == session.uuid)
    return (record?.number, result.session.unfinishedChallenges, result.challenge?.origin)
  }

  @Test("Challenges of other databases count, and are listed as lacking")
  func elsewhere() throws {
    #expect(try counted(ChallengeLedger()).number == 1)
    let ledger = ChallengeLedger((1...40).map { Self.record($0, "files \($0)") })
    let first = try counted(ledger)
    #expect(first.number == 41 && first.unfinished == Array(1...40))
    // Number 1 is here too, and of another comparison: there were 41.
    _ = try session()
    let second = try counted(ledger)
    #expect(second.number == 42 && second.unfinished == Array(2...41))
    // Other residents and hosts do not count.
    #expect(try counted(ChallengeLedger([Self.record(9, "other files", "B")])).number == 2)
    var abroad = Self.record(9, "a")
    abroad.host = "beef"
    #expect(try counted(ChallengeLedger([abroad])).number == 2)
  }

  @Test("A merge that gives one number twice does not make the next challenge cheaper")
  func afterMerge() throws {
    for name in ["b", "c", "d"] {
      var imported = Fixture.session(startedAt: 5)
      imported.challenge = 1
      let number = try store.open(imported, envelope: Fixture.envelope)
      for run in [
        Self.run(.resident, "org/old", "a", "A", Fixture.engine),
        Self.run(.candidate, "org/new", name, name.uppercased(), Fixture.engine),
      ] {
        _ = try store.append(run, to: number)
      }
      try store.finish(number, state: .complete)
    }
    #expect(try store.challenges(of: "org/old", host: Fixture.host.fingerprint) == 3)
    let account = try #require(try store.challengeAccount(of: 2))
    #expect(account.own.number == 1 && account.others.count == 2 && account.all.spent == 3)
    let next = try counted(ChallengeLedger())
    #expect(next.number == 4 && next.unfinished == [2, 3])
  }

  @Test("Unverified weights are no challenge")
  func unverified() throws {
    let number = try store.open(Fixture.session(), envelope: Fixture.envelope)
    #expect(try store.session(number).session.challenge == nil)
    #expect(try store.challenges(of: "org/old", host: Fixture.host.fingerprint) == 0)
  }

  @Test("A session's predecessors are the complete ones of its challenge that began before")
  func predecessors() throws {
    for name in ["b", "c", "b"] { _ = try candidate(name) }
    #expect(try store.predecessors(of: 3).map(\.rawValue) == [1])
    #expect(try store.predecessors(of: 1).isEmpty)
  }

  @Test("Tensors, conditions and unfinished challenges are kept, and cannot be changed")
  func kept() throws {
    let number = try store.open(Fixture.session(), envelope: Fixture.envelope)
    var run = Self.run(.resident, "org/old", "a", "A", Fixture.engine)
    run.conditions = WorkerConditions(niceValue: 19)
    _ = try store.append(run, to: number)
    #expect(try store.session(number).runs == [run])
    store.queue.writeWithoutTransaction { database in
      for sql in [
        "UPDATE runs SET tensors_hash = 'B'", "UPDATE sessions SET unfinished_challenges = '[7]'",
      ] {
        #expect(throws: (any Error).self) { try database.execute(sql: sql) }
      }
    }
  }
}
