import Envelopes
import JSON
import Measurements
import Testing

@testable import Runner

@Suite("Schedule of rounds")
struct RoundScheduleTests {
  private func schedule(seed: UInt64 = 7, cells: [String] = ["a", "b", "c"]) throws -> RoundSchedule {
    RoundSchedule(try ScriptedRounds.envelope(cells: cells), sides: [.resident, .candidate], seed: seed)
  }

  @Test("A round has every cell once, in an order of its own, as ABBA or its mirror image")
  func rounds() throws {
    let schedule = try schedule()
    let rounds = (0..<20).map(schedule.round)
    for round in rounds {
      #expect(Set(round.blocks.map(\.cell.id)) == ["a", "b", "c"] && round.blocks.count == 3)
      #expect(round.blocks.allSatisfy { $0.block == round.number && $0.order == $0.order.reversed() })
      #expect(round.blocks.map(\.isFirstOfRound) == [true, false, false])
    }
    #expect(Set(rounds.map { $0.blocks.map(\.cell.id) }).count > 3)
  }

  @Test("Over each two rounds each model is loaded first once and begins each cell once")
  func balance() throws {
    let schedule = try schedule()
    for number in stride(from: 0, to: 40, by: 2) {
      let (first, second) = (schedule.round(number), schedule.round(number + 1))
      #expect(first.loadingOrder == second.loadingOrder.reversed())
      for cell in ["a", "b", "c"] as [CellID] {
        let orders = [first, second].map { round in round.blocks.first { $0.cell.id == cell }?.order }
        #expect(Set(orders.map { $0?.first }) == [.resident, .candidate])
      }
    }
  }

  @Test("Which model goes first is drawn for each two rounds, and for each session anew")
  func draws() throws {
    let firsts = try (0..<200).map { session in
      let seed = RoundSchedule.seed(ofSession: "session \(session)", envelopeSeed: 1)
      return try self.schedule(seed: seed).round(0)
    }
    #expect((70...130).contains(firsts.count { $0.loadingOrder.first == .resident }))
    #expect((70...130).contains(firsts.count { $0.blocks.first { $0.cell.id == "a" }?.order.first == .resident }))
    let session = try schedule()
    let pairs = stride(from: 0, to: 200, by: 2).map { session.round($0).loadingOrder }
    #expect((30...70).contains(pairs.count { $0.first == .resident }))
  }

  @Test("A seed is a function of the session and of the envelope's seed")
  func seeds() {
    let seed = RoundSchedule.seed(ofSession: "one", envelopeSeed: 1)
    #expect(seed == RoundSchedule.seed(ofSession: "one", envelopeSeed: 1))
    #expect(seed != RoundSchedule.seed(ofSession: "two", envelopeSeed: 1))
    #expect(seed != RoundSchedule.seed(ofSession: "one", envelopeSeed: 2))
  }

  @Test("Over each two pairs of slices each order comes once, and the first is drawn")
  func slices() throws {
    var turns = try schedule().sliceTurns(of: "a", round: 3)
    let orders = (0..<200).map { _ in turns.next() }
    for index in stride(from: 0, to: 200, by: 2) { #expect(orders[index] == orders[index + 1].reversed()) }
    let firsts = stride(from: 0, to: 200, by: 2).count { orders[$0].first == .resident }
    #expect((30...70).contains(firsts))
    var again = try schedule().sliceTurns(of: "a", round: 3)
    #expect((0..<200).map { _ in again.next() } == orders)
  }

  @Test("One model alone has the fewest rounds, with two requests per cell")
  func alone() throws {
    var envelope = try ScriptedRounds.envelope()
    envelope.plan = Plan(rounds: 20, minimumRounds: 8, orderSeed: 1)
    let schedule = RoundSchedule(envelope, sides: [.candidate], seed: 1)
    #expect(schedule.plannedCount == 8)
    #expect(schedule.round(1).loadingOrder == [.candidate])
    #expect(schedule.round(1).blocks.allSatisfy { $0.order == [.candidate, .candidate] })
  }

  @Test("A void round and one that lacks samples get others in their place, with the order that a resume draws again")
  func queue() throws {
    let schedule = try schedule(cells: ["a", "b"])
    var samples: [Sample] = []
    for round in 0..<3 {
      for cell in ["a", "b"] as [CellID] {
        let count = round == 2 && cell == "b" ? 1 : 4
        for _ in 0..<count {
          samples.append(
            Sample(
              place: Sample.Place(cell: cell, block: round, repetition: 0), startedAt: 0, elapsedNanoseconds: 0,
              peakMemoryBytes: 0, loadAverage: 0, outcome: .unscored(.failed, message: "")))
        }
      }
    }
    let void = BlockVoid(cell: "a", block: 1, reason: "the machine slept")
    var queue = RoundQueue(schedule, earlier: samples, voids: [void])
    #expect(
      queue.interrupted
        == ["a", "b"].map { BlockVoid(cell: $0, block: 2, reason: "interrupted after 5 of 8 samples") })
    #expect(queue.sampleCounts.total == 64 && queue.sampleCounts.done == 24)
    var rounds: [ScheduledRound] = []
    while let round = queue.pop() { rounds.append(round) }
    #expect(rounds == [3, 4, 5, 6, 7].map(schedule.round))
    let added = (0..<10).count { _ in queue.addRound() }
    #expect(added == ScriptedRounds.rounds - 2 && queue.count == 2 * ScriptedRounds.rounds)
  }

  @Test("A round has every replay once after the blocks, in an order of its own, which moves no other draw")
  func replays() throws {
    var envelope = try ScriptedRounds.envelope(cells: ["a", "b", "c"])
    let plain = RoundSchedule(envelope, sides: Side.allCases, seed: 7)
    let loop = try #require(try ScriptedLoop.envelope(rounds: 3, [("mode", "replay")]).toolLoops.first)
    envelope.toolLoops = ["x", "y", "z"].map { id in
      var copy = loop
      copy.id = CellID(rawValue: id)
      return copy
    }
    let schedule = RoundSchedule(envelope, sides: Side.allCases, seed: 7)
    #expect(schedule.samplesPerRound == plain.samplesPerRound + 3 * 6)
    let rounds = (0..<20).map(schedule.round)
    #expect(rounds.map(\.blocks) == (0..<20).map { plain.round($0).blocks })
    #expect(rounds.allSatisfy { Set($0.replays.map(\.id)) == ["x", "y", "z"] && $0.cells.count == 6 })
    #expect(Set(rounds.map { $0.replays.map(\.id) }).count > 3)
  }

  @Test("A slice has as many tokens as take the slower model its time, and whole chunks of a prompt")
  func sizes() {
    func reading(_ prompt: Int64, _ token: Int64) -> ThroughputReading {
      ThroughputReading(
        promptTokens: 100, cachedTokens: 0,
        tokenNanoseconds: (0..<11).map { (100 * prompt + Int64($0) * token) * 1_000_000 })
    }
    let readings = [reading(1, 3), reading(2, 2)]
    #expect(SliceSizes(SliceLength(seconds: 0.035), readings: readings, chunk: 8).prefill == 16)
    #expect(SliceSizes(SliceLength(seconds: 0.035), readings: readings, chunk: 8).decode == 12)
    #expect(SliceSizes(SliceLength(seconds: 0.035), readings: readings, chunk: 48).prefill == 48)
    #expect(SliceSizes(SliceLength(seconds: 0.001), readings: readings, chunk: 1).decode == 1)
  }

  @Test("A warm-up adds the tokens that the faster model decodes within it")
  func warmUp() {
    let readings = [3, 2].map { milliseconds in
      ThroughputReading(
        promptTokens: 10, cachedTokens: 0, tokenNanoseconds: (1...11).map { Int64($0) * milliseconds * 1_000_000 })
    }
    func sizes(_ warmUpSeconds: Double) -> SliceSizes {
      SliceSizes(SliceLength(seconds: 0.03, warmUpSeconds: warmUpSeconds), readings: readings, chunk: 8)
    }
    #expect([0, 0.001, 0.005, 0.021].map { sizes($0).decode } == [10, 10, 12, 20])
    #expect(sizes(0.02).prefill == sizes(0).prefill)
  }
}
