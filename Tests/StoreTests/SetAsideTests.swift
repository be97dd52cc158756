import JSON
import Measurements
import TestSupport
import Testing

@testable import Store

@Suite("Sessions that are set aside")
struct SetAsideTests {
  private let folder: TemporaryFolder
  private let store: MeasurementStore
  private static let runs = [Fixture.run(.resident), Fixture.run(.candidate)]

  init() throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore.fresh(in: folder)
  }

  @discardableResult
  private func measured(_ uuid: String, at time: Double, isComplete: Bool = true) throws -> SessionNumber {
    let session = Fixture.session(uuid: uuid, startedAt: time)
    let number = try store.open(session, envelope: Fixture.envelope, runs: Self.runs)
    for run in Self.runs { try store.append(Fixture.sample(), to: try store.append(run, to: number)) }
    if isComplete { try store.finish(number, state: .complete) }
    return number
  }

  @Test("It takes part in no decision, and does again once it is restored")
  func roundTrip() throws {
    for (index, uuid) in ["a", "b"].enumerated() {
      let number = try measured(uuid, at: Double(index))
      try store.record(verdict: ["outcome": "hold"], outcome: "hold", for: number)
    }
    let last = try measured("c", at: 9)
    #expect(try store.verdictInputs(of: last).pooled.map(\.session.uuid) == ["a", "b"])
    try store.setAside(1, why: "the fan had stopped", requestedBy: "me")
    let mark = SessionMark(setAside: SetAside(why: "the fan had stopped", recordedAt: 1_800_000_000, requestedBy: "me"))
    #expect(try store.mark(of: 1) == mark && store.sessions().last?.mark == mark)
    #expect(mark.text == "measured here, set aside: the fan had stopped")
    let inputs = try store.verdictInputs(of: last)
    #expect(inputs.pooled.map(\.session.uuid) == ["b"] && inputs.decided.map(\.session) == ["b"])
    #expect(try store.setAsidePredecessors(of: last) == [1])
    try store.restore(1, why: "", requestedBy: "me")
    #expect(try store.mark(of: 1) == SessionMark() && store.setAsidePredecessors(of: last).isEmpty)
    #expect(try store.verdictInputs(of: last).pooled.map(\.session.uuid) == ["a", "b"])
    #expect(try store.setAsides(of: 1).map(\.isSetAside) == [true, false])
  }

  @Test("Nor does a verdict that has its blocks count for the maturity of another")
  func rested() throws {
    for (uuid, earlier) in [("a", []), ("b", ["a"]), ("c", [])] as [(String, JSONValue)] {
      try store.record(
        verdict: ["outcome": "promote", "challenge": ["earlier_sessions": earlier]], outcome: "promote",
        for: try measured(uuid, at: uuid == "a" ? 1 : uuid == "b" ? 2 : 3))
    }
    let last = try measured("d", at: 9)
    #expect(try store.verdictInputs(of: last).decided.map(\.session) == ["a", "b", "c"])
    try store.setAside(1, why: "the fan had stopped", requestedBy: "me")
    #expect(try store.verdictInputs(of: last).decided.map(\.session) == ["c"])
  }

  @Test("Nobody gains an attempt by setting a loss aside: it stays counted, and the next is another challenge")
  func attempts() throws {
    #expect(try store.session(measured("a", at: 1)).session.challenge == 1)
    #expect(try store.session(measured("b", at: 2)).session.challenge == 1)
    try store.setAside(1, why: "lost", requestedBy: "me")
    #expect(try store.challenges(of: "org/old", host: "f00d") == 1)
    #expect(try store.session(measured("c", at: 3)).session.challenge == 2)
    try store.restore(1, why: "", requestedBy: "me")
    #expect(try store.session(measured("d", at: 4)).session.challenge == 2)
  }

  @Test("What can't be done is said in one line, and nothing is recorded")
  func refusals() throws {
    try measured("a", at: 1)
    let running = try measured("b", at: 2, isComplete: false)
    #expect(throws: StoreError.cannotRestore(1)) { try store.restore(1, why: "", requestedBy: "me") }
    #expect(throws: StoreError.self) { try store.setAside(1, why: " ", requestedBy: "me") }
    #expect(throws: StoreError.unknownSession(9)) { try store.setAside(9, why: "x", requestedBy: "me") }
    #expect(throws: StoreError.cannotSetAside(running, "it is being measured; end it first")) {
      try store.setAside(running, why: "x", requestedBy: "me")
    }
    try store.setAside(1, why: "x", requestedBy: "me")
    #expect(throws: StoreError.cannotSetAside(1, "it is set aside already: x")) {
      try store.setAside(1, why: "y", requestedBy: "me")
    }
    #expect(try store.setAsides(of: 1).count == 1)
    for sql in ["UPDATE set_asides SET is_set_aside = 0", "DELETE FROM set_asides"] {
      #expect(throws: StoreError.self) { try store.write { try $0.execute(sql: sql) } }
    }
  }

  @Test("An interrupted session that was set aside is not resumed")
  func unfinished() throws {
    let number = try measured("a", at: 1, isComplete: false)
    try store.finish(number, state: .interrupted)
    func resumable() throws -> SessionNumber? { try store.unfinished(like: try store.session(number).session) }
    #expect(try resumable() == number)
    try store.setAside(number, why: "x", requestedBy: "me")
    #expect(try resumable() == nil)
  }
}
