import JSON
import Measurements
import Store
import TestSupport
import Testing

@Suite("Conditions of runs")
struct ConditionsTests {
  let folder: TemporaryFolder
  let store: MeasurementStore
  let number: SessionNumber

  init() throws {
    folder = try TemporaryFolder()
    store = try .fresh(in: folder)
    number = try store.open(Fixture.session(), envelope: Fixture.envelope)
  }

  private static let whole = WorkerConditions(
    executables: [String(repeating: "0f", count: 32), String(repeating: "a1", count: 32)], niceValue: -5,
    affinity: "0-1,4", weightsPlace: .memory, hugePageBytes: 1 << 30, isOverridden: true, isAttached: true)

  private func append(_ conditions: WorkerConditions?) throws {
    var run = Fixture.run(.resident)
    run.conditions = conditions
    _ = try store.append(run, to: number)
  }

  @Test("They are kept as they were, whole or in part", arguments: [whole, WorkerConditions(), nil])
  func kept(conditions: WorkerConditions?) throws {
    try append(conditions)
    #expect(try store.session(number).runs.map(\.conditions) == [conditions])
  }

  @Test("A later load of a side must not differ from the first in what is known of both")
  func sameSide() throws {
    try append(Self.whole)
    try append(Self.whole)
    try append(nil)
    try append(WorkerConditions(niceValue: -5, hugePageBytes: 0, isOverridden: true, isAttached: true))
    let changes: [(inout WorkerConditions) -> Void] = [
      { $0.executables.removeLast() }, { $0.niceValue = 19 }, { $0.affinity = "0" }, { $0.weightsPlace = .file },
      { $0.isOverridden = false }, { $0.isAttached = false },
    ]
    for change in changes {
      var conditions = Self.whole
      change(&conditions)
      #expect(throws: StoreError.self) { try append(conditions) }
    }
    // How many huge pages the system gives is chance.
    var fewer = Self.whole
    fewer.hugePageBytes = 0
    try append(fewer)
    #expect(try store.session(number).runs.count == 5)
  }

  @Test("Nothing but hashes, numbers, lists of processors and fixed words is kept")
  func refused() throws {
    #expect(throws: StoreError.self) { try append(WorkerConditions(executables: ["/usr/bin/worker"])) }
    #expect(throws: StoreError.self) { try append(WorkerConditions(affinity: "all of them")) }
    #expect(throws: StoreError.self) { try append(WorkerConditions(niceValue: 21)) }
    #expect(throws: StoreError.self) { try append(WorkerConditions(hugePageBytes: -1)) }
    for text in [
      "", "[]", #"{"user": "me"}"#, #"{"weights_in": "cloud"}"#, #"{"command": "mine"}"#, #"{"nice": "0"}"#,
      #"{"server": "mine"}"#,
      #"{"executables": ["00"]}"#,
    ] {
      #expect(WorkerConditions(text: text) == nil, "\(text)")
    }
  }
}
