import JSON
import Measurements
import Testing
import Verdicts

@Suite("Unlike conditions")
struct ConditionsTests {
  private static let conditions = WorkerConditions(
    executables: [String(repeating: "0f", count: 32)], niceValue: 0, affinity: "0-1", weightsPlace: .memory)

  /// The refusals of a comparison whose candidate's worker ran under other conditions than its resident's.
  private func refusals(
    resident: WorkerConditions? = Self.conditions, candidate: WorkerConditions?
  ) throws -> [Refusal] {
    let verdict = try RoundFixture.verdict({ _ in }) { evidence in
      evidence.resident.conditions = resident
      evidence.candidate.conditions = candidate
    }
    #expect(verdict.outcome == (verdict.refusals.isEmpty ? .promote : .inconclusive))
    return verdict.refusals
  }

  private func changed(_ change: (inout WorkerConditions) -> Void) -> WorkerConditions {
    var conditions = Self.conditions
    change(&conditions)
    return conditions
  }

  @Test("Each trait that differs is a refusal with both values")
  func traits() throws {
    #expect(try refusals(candidate: Self.conditions).isEmpty)
    #expect(try refusals(resident: nil, candidate: nil).isEmpty)
    #expect(
      try refusals(candidate: changed { $0.niceValue = 19 })
        == [.otherConditions(.niceValue, resident: "0", candidate: "19")])
    #expect(
      try refusals(candidate: changed { $0.affinity = "0" })
        == [.otherConditions(.affinity, resident: "0-1", candidate: "0")])
    #expect(
      try refusals(candidate: changed { $0.weightsPlace = nil })
        == [.otherConditions(.weightsPlace, resident: "memory", candidate: nil)])
    #expect(
      try refusals(candidate: changed { $0.isOverridden = true })
        == [.otherConditions(.command, resident: "own", candidate: "overridden")])
    // What differs only in digits that the message leaves out differs as well.
    let other = changed { $0.executables = [String(repeating: "0f", count: 31) + "00"] }
    #expect(try refusals(candidate: other).map(\.code) == ["other_conditions"])
    #expect(try refusals(candidate: nil).map(\.code) == Array(repeating: "other_conditions", count: 4))
  }

  @Test("Every load of a side counts, not its first alone")
  func laterLoads() throws {
    func refusals(_ later: WorkerConditions?) throws -> [Refusal] {
      try RoundFixture.verdict({ _ in }) { evidence in
        evidence.resident.conditions = Self.conditions
        evidence.candidate.conditions = Self.conditions
        var run = evidence.candidate
        run.conditions = later
        evidence.laterRuns = [evidence.resident, run]
      }.refusals
    }
    #expect(
      try refusals(changed { $0.niceValue = 19 })
        == [.otherConditions(.niceValue, resident: "0", candidate: "0 and 19")])
    let other = changed { $0.executables = [String(repeating: "0f", count: 31) + "00"] }
    #expect(try refusals(other).map(\.code) == ["other_conditions"])
    // What a load does not tell may be as in the others.
    for later in [Self.conditions, changed { $0.affinity = nil }, nil] { #expect(try refusals(later).isEmpty) }
  }

  @Test("A handicap that both sides have in some loads is refused as well")
  func bothSides() throws {
    let verdict = try RoundFixture.verdict({ _ in }) { evidence in
      evidence.resident.conditions = Self.conditions
      evidence.candidate.conditions = Self.conditions
      evidence.laterRuns = [evidence.resident, evidence.candidate]
      for index in evidence.laterRuns.indices { evidence.laterRuns[index].conditions?.niceValue = 19 }
    }
    #expect(verdict.refusals == [.otherConditions(.niceValue, resident: "0 and 19", candidate: "0 and 19")])
  }

  @Test("Huge pages are judged by the mean over a side's loads")
  func hugePagesOfLaterLoads() throws {
    func codes(_ candidate: [Int]) throws -> [String] {
      try RoundFixture.verdict({ _ in }) { evidence in
        func loads(_ run: Run, _ pages: [Int]) -> [Run] {
          pages.map { pages in
            var load = run
            load.description = JSONObject([("bytes", 1000)])
            load.conditions = WorkerConditions(hugePageBytes: pages)
            return load
          }
        }
        let residents = loads(evidence.resident, Array(repeating: 950, count: 6))
        let candidates = loads(evidence.candidate, candidate)
        (evidence.resident, evidence.candidate) = (residents[0], candidates[0])
        evidence.laterRuns = Array(residents.dropFirst() + candidates.dropFirst())
      }.refusals.map(\.code)
    }
    #expect(try codes([950, 0, 0, 0, 0, 0]) == ["other_conditions"])
    #expect(try codes([0, 950, 950, 950, 950, 950]).isEmpty)
  }

  @Test("Huge pages are compared by shares of the weights, where both sides report them")
  func hugePages() throws {
    func codes(_ resident: Int?, _ candidate: Int?) throws -> [String] {
      try RoundFixture.verdict({ _ in }) { evidence in
        evidence.resident.description = JSONObject([("bytes", 1000)])
        evidence.candidate.description = JSONObject([("bytes", 2000)])
        evidence.resident.conditions = WorkerConditions(hugePageBytes: resident)
        evidence.candidate.conditions = WorkerConditions(hugePageBytes: candidate)
      }.refusals.map(\.code)
    }
    #expect(try codes(1000, 900) == ["other_conditions"])
    #expect(try codes(400, 1900) == ["other_conditions"])
    for (resident, candidate) in [(1000, 1100), (910, 1010), (0, 1700), (1000, nil), (nil, 2000)] as [(Int?, Int?)] {
      #expect(try codes(resident, candidate).isEmpty, "\(resident ?? -1) \(candidate ?? -1)")
    }
  }

  @Test(
    "A candidate whose workers end in more rounds than the resident's cannot win, since those are void; once may happen"
  )
  func workerEnds() throws {
    func codes(_ resident: Int, _ candidate: Int) throws -> [String] {
      try RoundFixture.verdict({ _ in }) { evidence in
        evidence.voids = (0..<resident + candidate).flatMap { block in
          let side = block < resident ? Side.resident : .candidate
          return ["short", "long"].map {
            BlockVoid(cell: $0, block: block, reason: "\(BlockVoid.workerEnd(of: side)): it died")
          }
        }
      }.refusals.map(\.code)
    }
    #expect(try codes(0, 1).isEmpty && codes(1, 2).isEmpty && codes(3, 0).isEmpty)
    #expect(try codes(0, 2) == ["worker_ends"])
  }

  @Test("Processor time is compared as a share of wall time, of engines that compute on the processors")
  func processorTime() throws {
    func codes(_ resident: Double, _ candidate: Double, threads: Int = 2) throws -> [String] {
      try RoundFixture.verdict({ _ in }) { evidence in
        for (side, share) in [(Side.resident, resident), (.candidate, candidate)] {
          let samples = evidence.samples(of: side).map { sample in
            guard var reading = sample.throughput else { return sample }
            for index in reading.slices.indices {
              reading.slices[index].processorNanoseconds = Int64(Double(reading.slices[index].nanoseconds) * share)
            }
            var changed = sample
            changed.outcome = .throughput(reading)
            return changed
          }
          evidence.set(samples, side)
        }
        evidence.resident.engine.threads = threads
        evidence.candidate.engine.threads = threads
      }.refusals.map(\.code)
    }
    #expect(try codes(1.9, 1.1).isEmpty)
    #expect(try codes(1.9, 0.9) == ["other_processor_time"])
    #expect(try codes(0.9, 1.9) == ["other_processor_time"])
    #expect(try codes(0.9, 0.2, threads: 0).isEmpty)
  }
}
