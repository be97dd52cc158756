import TestSupport
import JSON
import Measurements
import Store
import TestSupport
import Testing

@Suite("Verdicts and registry edits")
struct DecisionTests {
  let folder: TemporaryFolder
  let store: MeasurementStore

  init() throws {
    folder = try TemporaryFolder()
    store = try .fresh(in: folder)
  }

  private func complete(
    _ startedAt: Double, candidate weights: String = "bb", host: Host = Fixture.host
  ) throws -> SessionNumber {
    let number = try store.open(Fixture.session(startedAt: startedAt, host: host), envelope: Fixture.envelope)
    for run in [Fixture.run(.resident), Fixture.run(.candidate, weights: weights)] {
      try store.append(Fixture.sample(), to: store.append(run, to: number))
    }
    try store.finish(number, state: .complete)
    return number
  }

  @Test("The history of verdicts keeps each, with its time")
  func verdicts() throws {
    let number = try complete(1)
    let other = try complete(2)
    for outcome in ["hold", "promote"] {
      try store.record(verdict: ["outcome": .string(outcome), "ratio": 1.1], outcome: outcome, for: number)
    }
    try store.record(verdict: .null, outcome: "reject", for: other)
    let history = try store.verdicts(of: number)
    #expect(history.map(\.outcome) == ["hold", "promote"])
    #expect(history.first?.verdict == ["outcome": "hold", "ratio": 1.1])
    #expect(history.first?.recordedAt == 1_800_000_000)
    #expect(try store.verdicts(of: nil).count == 3)
  }

  @Test("Only complete comparisons of the same weights, envelope and host that decided mature a verdict")
  func validated() throws {
    let second = try complete(20)
    let first = try complete(10)
    var host = Fixture.host
    host.fingerprint = "beef"
    let others = [try complete(30, candidate: "cc"), try complete(40, host: host)]
    for comparison in [first, second] + others {
      try store.record(verdict: .null, outcome: "hold", for: comparison)
    }
    let undecided = try complete(15)
    try store.record(verdict: .null, outcome: "hold", for: undecided)
    try store.record(verdict: .null, outcome: "inconclusive", for: undecided)
    _ = try complete(17)
    let running = try store.open(Fixture.session(), envelope: Fixture.envelope)
    for run in [Fixture.run(.resident), Fixture.run(.candidate)] { _ = try store.append(run, to: running) }

    let decided = try store.verdictInputs(of: try complete(50)).decided
    let sessions = try [first, second].map { try store.session($0).session.uuid }
    #expect(decided.map(\.session) == sessions)
    #expect(decided.map(\.startedAt) == [10, 20])
    #expect(decided.map(\.environment) == [.underLoad, .underLoad])
  }

  @Test("A verdict that the history ends with is not added again")
  func recordedIfNew() throws {
    let number = try complete(1)
    for outcome in ["hold", "hold", "promote", "promote", "hold"] {
      try store.recordIfNew(verdict: ["outcome": .string(outcome)], outcome: outcome, for: number)
    }
    #expect(try store.verdicts(of: number).map(\.outcome) == ["hold", "promote", "hold"])
  }

  private func edit(_ id: String = "e", state: RegistryEditRecord.State = .pending) -> RegistryEditRecord {
    RegistryEditRecord(
      id: id, requestedAt: 5, role: "default", from: "org/old", to: "org/new", comparison: nil, requestedBy: "ci",
      kind: .promotion, state: state)
  }

  @Test("A pending edit becomes done, once")
  func pendingThenDone() throws {
    try store.record(edit())
    #expect(try store.registryEdits(role: "default") == [edit()])
    try store.record(edit(state: .done))
    try store.record(edit(state: .done))
    #expect(try store.registryEdits(role: nil) == [edit(state: .done)])
    #expect(throws: StoreError.editConflict(id: "e")) { try store.record(edit(state: .abandoned)) }
    #expect(throws: StoreError.editConflict(id: "e")) { try store.record(edit()) }
  }

  @Test("An edit keeps what it was")
  func changedEdit() throws {
    try store.record(edit())
    var other = edit(state: .done)
    other.to = "org/else"
    #expect(throws: StoreError.editConflict(id: "e")) { try store.record(other) }
    #expect(try store.registryEdits(role: nil) == [edit()])
  }

  @Test("Edits are listed by role in the order they were recorded")
  func order() throws {
    for id in ["z", "a", "m"] { try store.record(edit(id)) }
    var other = edit("b")
    other.role = "coding"
    try store.record(other)
    #expect(try store.registryEdits(role: "default").map(\.id) == ["z", "a", "m"])
    #expect(try store.registryEdits(role: "coding").map(\.id) == ["b"])
  }

  @Test("An edit that names no comparison of the store is refused")
  func unknownComparison() throws {
    var edit = edit()
    edit.comparison = 9
    #expect(throws: StoreError.unknownSession(9)) { try store.record(edit) }
  }
}
