import Foundation
import GRDB
import JSON
import Measurements
import TestSupport
import Testing

@testable import Store

@Suite("Where sessions come from")
struct OriginTests {
  private let folder: TemporaryFolder
  private let store: MeasurementStore

  init() throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore.fresh(in: folder)
  }

  private static let key = SigningKey(rawValue: "SHA256:vJND5MalijjWo9zitfJfJVJL/8MB0LggKQ5sCqzoBFA")
  private static let admission = ImportAdmission(hosts: ["f00d"], keys: [key])
  private static let runs = [Fixture.run(.resident), Fixture.run(.candidate)]

  /// Measures a complete comparison.
  @discardableResult
  private func measured(_ uuid: String, at time: Double, challenge: Int? = nil) throws -> SessionNumber {
    var session = Fixture.session(uuid: uuid, startedAt: time)
    session.challenge = challenge
    let number = try store.open(session, envelope: Fixture.envelope, runs: challenge == nil ? Self.runs : [])
    for run in Self.runs { try store.append(Fixture.sample(), to: try store.append(run, to: number)) }
    try store.finish(number, state: .complete)
    return number
  }

  /// Imports a complete comparison, by default of the same host, models and challenge as those that are measured.
  @discardableResult
  private func imported(
    _ uuid: String, at time: Double, challenge: Int? = 1, runs: [Run] = runs, signer: SigningKey? = nil
  ) throws -> SessionNumber {
    var session = Fixture.session(uuid: uuid, startedAt: time)
    session.challenge = challenge
    return try store.merging { [session] merge in
      let batch = try merge.begin(ImportSource(dataset: "elsewhere", batch: "b", importedAt: 5, signer: signer))
      let number = try merge.open(session, envelope: Fixture.envelope, from: batch)
      for run in runs { try merge.append(Fixture.sample(), to: try merge.append(run, to: number)) }
      try merge.finish(number)
      try merge.append(
        VerdictRecord(session: number, recordedAt: 7, outcome: "promote", verdict: ["outcome": "promote"]))
      return number
    }
  }

  @Test("A session says where it comes from, wherever it is listed, and can't be changed")
  func marks() throws {
    try measured("here", at: 1)
    let number = try imported("there", at: 2, signer: Self.key)
    let source = ImportSource(dataset: "elsewhere", batch: "b", importedAt: 5, signer: Self.key)
    let mark = SessionMark(origin: .imported(source))
    #expect(try store.mark(of: number) == mark && store.session(number).mark == mark)
    #expect(try store.sessions().map(\.mark) == [mark, SessionMark()])
    #expect(try store.headings().map(\.mark) == [mark, SessionMark()])
    #expect(try store.exportableSessions().map(\.origin) == [.measured, .imported(source)])
    #expect(mark.text == "imported from elsewhere, signed by \(Self.key)" && SessionMark().text == "measured here")
    for sql in ["UPDATE sessions SET import = NULL", "UPDATE imports SET signer = 'x'", "DELETE FROM imports"] {
      #expect(throws: StoreError.self, "\(sql)") { try store.write { try $0.execute(sql: sql) } }
    }
    var rows: [[JSONValue]] = []
    try store.query("SELECT session, origin, signed_by FROM session_marks ORDER BY 1") { rows.append($1) }
    #expect(rows == [[1, "measured", .null], [2, "imported", .string(Self.key.rawValue)]])
  }

  @Test("An import is pooled with no measurement and counts for no maturity, unless it is admitted")
  func evidence() throws {
    try measured("first", at: 10)
    try imported("forged", at: 11)
    try imported("signed", at: 12, signer: Self.key)
    let last = try measured("last", at: 13)
    for number in [SessionNumber(rawValue: 1), 3] {
      try store.record(verdict: ["outcome": "hold"], outcome: "hold", for: number)
    }
    func sessions(_ admission: ImportAdmission) throws -> [[String]] {
      let inputs = try store.verdictInputs(of: last, admitting: admission)
      return [inputs.pooled.map(\.session.uuid), inputs.decided.map(\.session)]
    }
    #expect(try sessions(.none) == [["first"], ["first"]])
    #expect(try sessions(Self.admission) == [["first", "signed"], ["first", "signed"]])
    #expect(try sessions(ImportAdmission(hosts: ["beef"], keys: [Self.key])) == [["first"], ["first"]])
    // What is only shown is judged with its like.
    #expect(try store.verdictInputs(of: 2).pooled.isEmpty)
    try imported("forged too", at: 14)
    #expect(try store.verdictInputs(of: 5).pooled.map(\.session.uuid) == ["forged"])
  }

  @Test(
    "No import has a part in the number of the next challenge", arguments: [1, 7, ChallengeLedger.highestNumber, .max])
  func challenges(number: Int) throws {
    #expect(try store.session(measured("first", at: 10)).session.challenge == 1)
    // Of another resident.
    let second = try store.open(
      Fixture.session(uuid: "second", startedAt: 11), envelope: Fixture.envelope,
      runs: [Fixture.run(.resident, weights: "cc"), Self.runs[1]])
    #expect(try store.session(second).session.challenge == 1)
    try imported("there", at: 11, challenge: number)
    // Says that the files of both residents have the same tensors, which would make one count of two.
    let runs = zip([Side.resident, .candidate], ["aa", "cc"] as [WeightsHash]).map { side, weights in
      var run = Fixture.run(side)
      run.provenance = .hashed(weights, files: JSONObject([("model.safetensors", "00ff")]), tensors: "joined")
      return run
    }
    try imported("joined", at: 12, challenge: number, runs: runs)
    var other = Self.runs
    other[1] = Fixture.run(.candidate, weights: "dd")
    let session = Fixture.session(uuid: "next", startedAt: 20)
    let counted = try store.counted(session, runs: other, ledger: ChallengeLedger())
    #expect(counted.session.challenge == 2 && counted.session.unfinishedChallenges.isEmpty)
    #expect(try store.challenges(of: "org/old", host: "f00d") == 1)
    #expect(try store.challengeAccount(of: 1)?.all.records.map(\.session) == ["first"])
  }

  @Test("Admitted imports count as challenges, and no number leads past what a ledger takes")
  func admitted() throws {
    try measured("first", at: 10)
    try imported("there", at: 11, challenge: 41, signer: Self.key)
    var other = Self.runs
    other[1] = Fixture.run(.candidate, weights: "dd")
    let session = Fixture.session(uuid: "next", startedAt: 20)
    let counted = try store.counted(session, runs: other, ledger: ChallengeLedger(), admitting: Self.admission)
    #expect(counted.session.challenge == 42)
    try imported("last", at: 12, challenge: ChallengeLedger.highestNumber, signer: Self.key)
    #expect(throws: StoreError.self) {
      try store.counted(session, runs: other, ledger: ChallengeLedger(), admitting: Self.admission)
    }
    #expect(try store.counted(session, runs: other, ledger: ChallengeLedger()).session.challenge == 2)
  }

  @Test("A merge that fails leaves every table as it was")
  func atomic() throws {
    try measured("here", at: 1)
    let before = try contents()
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try store.merging { merge in
        let batch = try merge.begin(ImportSource(dataset: "elsewhere"))
        let session = Fixture.session(uuid: "there")
        let number = try merge.open(session, envelope: Fixture.envelope, from: batch)
        try merge.append(Fixture.sample(), to: try merge.append(Fixture.run(.resident), to: number))
        throw Stop()
      }
    }
    #expect(try contents() == before)
  }

  private func contents() throws -> [String] {
    try store.read { database in
      let tables = try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      return try tables.flatMap { table in
        try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { "\(table) \($0.databaseValues)" }
      }
    }
  }
}
