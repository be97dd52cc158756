import Measurements
import Store
import TestSupport
import Testing

@Suite("The life of a session")
struct LifecycleTests {
  let folder: TemporaryFolder
  let store: MeasurementStore

  init() throws {
    folder = try TemporaryFolder()
    store = try .fresh(in: folder)
  }

  private func opened(_ session: MeasurementSession = Fixture.session()) throws -> SessionNumber {
    try store.open(session, envelope: Fixture.envelope)
  }

  @Test("Sessions are numbered from 1 and listed newest first, with counts and the last outcome")
  func list() throws {
    let first = try opened()
    let second = try opened(Fixture.session(resident: nil))
    #expect([first, second] == [1, 2])
    let run = try store.append(Fixture.run(.resident), to: first)
    try store.append(Fixture.sample(), to: run)
    try store.append(Fixture.sample(block: 1, outcome: .unscored(.failed, message: "died")), to: run)
    try store.void(.init(cell: "short", block: 1, reason: "died"), in: first)
    try store.finish(first, state: .interrupted)
    try store.record(verdict: ["outcome": "inconclusive"], outcome: "inconclusive", for: first)
    try store.record(verdict: ["outcome": "hold"], outcome: "hold", for: first)

    let summaries = try store.sessions()
    #expect(summaries.map(\.number) == [2, 1])
    #expect(summaries.map(\.state) == [.running, .interrupted])
    #expect(summaries.map(\.sampleCount) == [0, 2])
    #expect(summaries.map(\.successCount) == [0, 1])
    #expect(summaries.map(\.voidCount) == [0, 1])
    #expect(summaries.map(\.outcome) == [nil, "hold"])
  }

  @Test("An envelope that is not the named one is refused and nothing is kept")
  func envelopeMismatch() throws {
    #expect(throws: StoreError.self) { try store.open(Fixture.session(), envelope: ["id": "other"]) }
    #expect(try store.sessions().isEmpty)
  }

  @Test("Another host of the same fingerprint is refused")
  func hostMismatch() throws {
    _ = try opened()
    let changes: [(inout Host) -> Void] = [
      { $0.memoryBytes += 1 << 30 }, { $0.chip = "Another CPU" }, { $0.physicalCores += 1 },
      { $0.architecture = "arm64" },
    ]
    for change in changes {
      var host = Fixture.host
      change(&host)
      #expect(throws: StoreError.hostMismatch(fingerprint: "f00d")) { try opened(Fixture.session(host: host)) }
    }
  }

  @Test("A host whose system was updated is the same, and each session keeps the system that it had")
  func update() throws {
    let before = try opened()
    var host = Fixture.host
    (host.operatingSystem, host.memoryBytes) = ("Linux 6.2", host.memoryBytes - 1 << 20)
    let after = try opened(Fixture.session(host: host))
    let systems = try [before, after].map { try store.session($0).session.host.operatingSystem }
    #expect(systems == [Fixture.host.operatingSystem, "Linux 6.2"])
    #expect(try store.sessions().map(\.session.host.operatingSystem) == systems.reversed())
  }

  @Test("A session is opened once")
  func openedTwice() throws {
    _ = try opened(Fixture.session(uuid: "u"))
    #expect(throws: StoreError.sessionExists(uuid: "u")) { try opened(Fixture.session(uuid: "u")) }
  }

  @Test("An interrupted session is found, takes nothing until it is resumed, and then goes on with the same weights")
  func resumption() throws {
    let number = try opened()
    let run = try store.append(Fixture.run(.candidate), to: number)
    try store.append(Fixture.sample(), to: run)
    try store.finish(number, state: .interrupted)
    #expect(throws: StoreError.notRunning(number, .interrupted)) {
      try store.append(Fixture.sample(block: 1), to: run)
    }

    #expect(try store.unfinished(like: Fixture.session()) == number)
    try store.resume(number)
    #expect(throws: StoreError.self) { try store.append(Fixture.run(.candidate, weights: "cc"), to: number) }
    var other = Fixture.engine
    other.threads = 4
    #expect(throws: StoreError.self) { try store.append(Fixture.run(.candidate, engine: other), to: number) }
    let second = try store.append(Fixture.run(.candidate), to: number)
    #expect(throws: StoreError.sampleExists(number, Fixture.sample().place)) {
      try store.append(Fixture.sample(), to: second)
    }
    try store.append(Fixture.sample(block: 1), to: second)
    #expect(try store.samples(of: number, side: .candidate).map(\.place.block) == [0, 1])
  }

  @Test("A side whose worker was started anew has one more run; the first stands for it")
  func restart() throws {
    let number = try opened()
    let first = try store.append(Fixture.run(.resident), to: number)
    try store.append(Fixture.sample(outcome: .unscored(.failed, message: "died")), to: first)
    var again = Fixture.run(.resident)
    again.load.loadSeconds = 9
    let second = try store.append(again, to: number)
    try store.append(Fixture.sample(repetition: 1), to: second)
    try store.append(Fixture.sample(), to: store.append(Fixture.run(.candidate), to: number))
    let evidence = try store.evidence(number)
    #expect(evidence.resident == Fixture.run(.resident))
    #expect(evidence.residentSamples.map(\.status) == [.failed, .success])
  }

  @Test("A running session can be taken over, but not ended as running")
  func running() throws {
    let number = try opened()
    try store.resume(number)
    #expect(throws: StoreError.cannotChangeState(number, from: .running, to: .running)) {
      try store.finish(number, state: .running)
    }
  }

  @Test("A complete session is final")
  func complete() throws {
    let number = try opened()
    let run = try store.append(Fixture.run(.resident), to: number)
    let void = BlockVoid(cell: "short", block: 0, reason: "load")
    try store.void(void, in: number)
    try store.finish(number, state: .complete)
    try store.finish(number, state: .complete)
    try store.void(void, in: number)
    let refused = StoreError.notRunning(number, .complete)
    #expect(throws: refused) { try store.append(Fixture.sample(), to: run) }
    #expect(throws: refused) { try store.append(Fixture.run(.candidate), to: number) }
    #expect(throws: refused) { try store.void(.init(cell: "short", block: 1, reason: ""), in: number) }
    #expect(throws: StoreError.cannotChangeState(number, from: .complete, to: .running)) { try store.resume(number) }
    #expect(throws: StoreError.cannotChangeState(number, from: .complete, to: .interrupted)) {
      try store.finish(number, state: .interrupted)
    }
  }

  @Test("A comparison takes its first loads and the time until its last sample, without the day between two nights")
  func durations() throws {
    let number = try opened(Fixture.session(startedAt: 1_000))
    // Each load takes 1.35 s with its first request, each sample two seconds; the second loads lie between samples.
    for (index, side) in [Side.resident, .candidate, .resident, .candidate].enumerated() {
      var sample = Fixture.sample(block: index / 2)
      sample.startedAt = 1_010 + Double(index) + (index < 2 ? 0 : 100_000)
      try store.append(sample, to: try store.append(Fixture.run(side), to: number))
    }
    try store.finish(number, state: .complete)
    let found = try #require(try store.durations()[number])
    // Until 1,013 and from 101,012 to 101,015.
    #expect(abs(found.minutes * 60 - (2 * 1.35 + 13 + 3)) < 1e-6 && found.isWhole)
  }

  @Test("A void block keeps its first reason")
  func voidTwice() throws {
    let number = try opened()
    for reason in ["first", "second"] { try store.void(.init(cell: "short", block: 3, reason: reason), in: number) }
    #expect(try store.session(number).voids == [.init(cell: "short", block: 3, reason: "first")])
  }

  @Test("A run must be of the session's models and sides")
  func foreignRun() throws {
    let comparison = try opened()
    let single = try opened(Fixture.session(resident: nil))
    #expect(throws: StoreError.self) { try store.append(Fixture.run(nil), to: comparison) }
    #expect(throws: StoreError.self) { try store.append(Fixture.run(.resident, model: "org/x"), to: comparison) }
    #expect(throws: StoreError.self) { try store.append(Fixture.run(.candidate), to: single) }
  }

  @Test("Only the same models, envelope, role, environment class and host continue; the newest counts")
  func unfinished() throws {
    let older = try opened()
    let newer = try opened()
    let session = Fixture.session()
    #expect(try store.unfinished(like: session) == newer)
    try store.finish(newer, state: .complete)
    #expect(try store.unfinished(like: session) == older)
    let changes: [(inout MeasurementSession) -> Void] = [
      { $0.envelopeHash = "00" }, { $0.role = "another" }, { $0.role = nil }, { $0.resident = nil },
      { $0.environment = $0.environment == .isolated ? .underLoad : .isolated }, { $0.candidate = "org/other" },
      { $0.host.fingerprint = "beef" },
    ]
    for change in changes {
      var other = session
      change(&other)
      #expect(try store.unfinished(like: other) == nil)
    }
  }

  @Test("Numbers that nothing has are refused by name")
  func unknownNumbers() throws {
    #expect(throws: StoreError.unknownSession(7)) { try store.samples(of: 7, side: nil) }
    #expect(throws: StoreError.unknownSession(7)) { try store.resume(7) }
    #expect(throws: StoreError.unknownSession(7)) { try store.record(verdict: [:], outcome: "hold", for: 7) }
    #expect(throws: StoreError.unknownRun(7)) { try store.append(Fixture.sample(), to: 7) }
  }

  @Test(
    "A sample that nothing can have measured is refused",
    arguments: [
      Fixture.sample(block: -1),
      Fixture.sample(item: ""),
      Fixture.sample(cell: "a\0b"),
      Fixture.sample(outcome: .unscored(.success, message: "")),
      Fixture.sample(item: "q", round: 1),
      Fixture.sample(item: "p", outcome: .text(.logProbabilities([]))),
      Fixture.sample(outcome: .turn(TurnReading(times: Fixture.reading))),
      Fixture.sample(round: 0, outcome: .turn(TurnReading(times: Fixture.reading))),
      Fixture.sample(outcome: .throughput(.init(promptTokens: 1, cachedTokens: 2, tokenNanoseconds: [1]))),
      Fixture.sample(outcome: .throughput(.init(promptTokens: .max, cachedTokens: 2, tokenNanoseconds: [1]))),
      Fixture.sample(outcome: .throughput(.init(promptTokens: 1, cachedTokens: 0, tokenNanoseconds: [2, 1]))),
      Fixture.sample(
        outcome: .throughput(.init(promptTokens: 1, cachedTokens: 0, tokenNanoseconds: [1], sequences: 0))),
      Fixture.sample(outcome: .throughput(.init(promptTokens: 1, cachedTokens: 0, tokenNanoseconds: [.min, .max]))),
    ])
  func impossible(sample: Sample) throws {
    let number = try opened()
    let run = try store.append(Fixture.run(.resident), to: number)
    #expect {
      try store.append(sample, to: run)
    } throws: { error in
      guard case .invalidValue = error as? StoreError else { return false }
      return true
    }
  }
}
