import Foundation
import Measurements
import Store
import Synchronization
import TestSupport
import Testing

@testable import Runner

/// Real worker processes that play scripts, and real databases.
@Suite("Challenges of a session", .serialized)
struct ChallengeTests {
  /// Keeps challenges in memory, for as long as nobody holds its lock.
  private final class Ledger: ChallengeKeeping {
    struct Locked: Error {}

    private let records = Mutex<[ChallengeRecord]>([])
    private let isLocked: Bool

    init(isLocked: Bool = false) { self.isLocked = isLocked }

    func read() -> ChallengeLedger { ChallengeLedger(records.withLock { $0 }) }

    func withLedger<Value>(
      _ body: (ChallengeLedger, ([ChallengeRecord]) throws -> Void) throws -> Value
    ) throws -> Value {
      if isLocked { throw Locked() }
      return try body(read()) { added in records.withLock { $0 += added } }
    }
  }

  private func plan(_ rounds: ScriptedRounds, _ ledger: Ledger) throws -> MeasurementPlan {
    var plan = try rounds.plan(
      try ScriptedRounds.envelope(cells: ["a"]),
      [.resident: ScriptedRounds.script("r"), .candidate: ScriptedRounds.script("c")])
    plan.challenges = ledger
    return plan
  }

  @Test("A comparison is kept as it starts, and one in another database gets the next number")
  func kept() async throws {
    let ledger = Ledger()
    var uuids: [String] = []
    let reported = Mutex<[Int]>([])
    for number in 1...2 {
      let rounds = try ScriptedRounds()
      let runner = MeasurementRunner(try plan(rounds, ledger), store: rounds.store) { event in
        if case .challenge(let number, .new) = event { reported.withLock { $0.append(number) } }
      }
      let session = try await runner.run { started in
        #expect(ledger.read().records.count == number)
        #expect((try? rounds.store.session(started).state) == .running)
      }
      let record = try rounds.store.session(session)
      #expect(record.session.challenge == number && record.session.unfinishedChallenges == Array(1..<number))
      uuids.append(record.session.uuid)
    }
    #expect(reported.withLock { $0 } == [1, 2])
    let records = ledger.read().records
    #expect(records.map(\.number) == [1, 2] && records.map(\.session) == uuids)
    #expect(records.map(\.resident.weights) == ["r", "r"] && records.map(\.candidate.weights) == ["c", "c"])
  }

  @Test("One that is cut and resumed is kept once")
  func resumed() async throws {
    let (rounds, ledger) = (try ScriptedRounds(), Ledger())
    let plan = try plan(rounds, ledger)
    await #expect(throws: CancellationError.self) { try await rounds.run(plan, cancellingAfter: 9) }
    let number = try await MeasurementRunner(plan, store: rounds.store).run(resuming: true)
    #expect(try rounds.store.session(number).session.challenge == 1)
    #expect(ledger.read().records.count == 1)
  }

  @Test("Where the number cannot be kept, nothing is measured")
  func locked() async throws {
    let rounds = try ScriptedRounds()
    let plan = try plan(rounds, Ledger(isLocked: true))
    await #expect(throws: Ledger.Locked.self) { try await MeasurementRunner(plan, store: rounds.store).run() }
    #expect(try rounds.store.sessions().isEmpty)
  }
}
