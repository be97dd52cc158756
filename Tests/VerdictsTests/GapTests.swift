import Measurements
import Testing
import Verdicts

@Suite("Missing data")
struct GapTests {
  private static let failure = Sample.Outcome.unscored(.failed, message: "the worker died")

  @Test("A candidate that alone fails or does not fit in a named cell is rejected", arguments: CellStatus.allCases)
  func candidateFailure(status: CellStatus) throws {
    guard status != .success else { return }
    for cell in [Fixture.cell, Fixture.task] {
      let verdict = try Fixture.verdict({ _ in }) { evidence in
        evidence.change(.candidate, where: { $0.cell == cell && ($0.item ?? "q1") == "q1" && $0.block < 2 }) {
          $0.outcome = .unscored(status, message: "why not")
        }
      }
      let isFailure = status == .failed || status == .capacityGated
      #expect(verdict.outcome == (isFailure ? .reject : .inconclusive))
      #expect(verdict.gaps.map(\.code) == ["unscored_samples"])
      #expect(verdict.reason.contains("why not"))
      #expect(verdict.guardrail(.peakMemory)?.state == .noData)
    }
  }

  @Test("A cell in which the resident failed decides nothing", arguments: [true, false])
  func residentFailure(candidateFailsToo: Bool) throws {
    let verdict = try Fixture.verdict({ _ in }) { evidence in
      for side in candidateFailsToo ? Side.allCases : [.resident] {
        evidence.change(side, where: { $0.cell == Fixture.cell && $0.block == 1 }) { $0.outcome = Self.failure }
      }
    }
    #expect(verdict.outcome == .inconclusive)
    #expect(verdict.guardrail(.firstTokenLatency)?.state == .noData)
    #expect(verdict.guardrail(.accuracy)?.state == .passed)
  }

  @Test(
    "A session that is not complete decides nothing and says what is left", arguments: MeasurementSession.State.allCases
  )
  func session(state: MeasurementSession.State) throws {
    let verdict = try Fixture.verdict({ _ in }) { evidence in
      evidence.state = state
      for side in Side.allCases {
        evidence.remove(side) { $0.place.block >= 4 || $0.place.item == "q149" }
      }
    }
    #expect(verdict.outcome == .inconclusive)
    #expect(verdict.gaps.contains { $0.code == "session_not_complete" } == (state != .complete))
    #expect(verdict.gaps.contains { $0.code == "missing_blocks" })
    if state != .complete { #expect(verdict.reason.contains("2 of 6 blocks of chat, 1 of 150 items of facts")) }
  }

  @Test("A whole session that is still marked as running decides nothing")
  func running() throws {
    let verdict = try Fixture.verdict({ _ in }) { $0.state = .running }
    #expect(verdict.outcome == .inconclusive)
    #expect(verdict.gaps == [.session(.running, missing: [])])
  }

  @Test("A block without one reading is missing, not shortened")
  func halfBlock() throws {
    let verdict = try Fixture.verdict({ _ in }) { evidence in
      evidence.remove(.resident) { $0.place == Sample.Place(cell: "chat", block: 3, repetition: 1) }
    }
    #expect(verdict.gaps == [.blocks("chat", measured: 5, planned: 6)])
    #expect(verdict.objectives.map(\.state) == [.noData])
    #expect(verdict.ratio?.blocks == 5)
  }

  @Test("Items that one side alone answered are counted and named")
  func unpaired() throws {
    let verdict = try Fixture.verdict({ _ in }) { evidence in
      evidence.remove(.resident) { $0.place.item == "q10" || $0.place.item == "q12" }
      evidence.remove(.candidate) { $0.place.item == "q11" || $0.place.item == "q12" }
    }
    #expect(verdict.outcome == .inconclusive)
    #expect(verdict.gaps == [.unpaired("facts", residentOnly: ["q11"], candidateOnly: ["q10"], neither: ["q12"])])
    #expect(verdict.reason.contains("1 answered by the resident alone (q11)"))
    #expect(verdict.guardrail(.accuracy)?.state == .noData)
    #expect(verdict.json["gaps"]?.array?.first?["candidate_only_items"] == ["q10"])
  }

  @Test("Peak memory that no sample tells is missing")
  func noPeak() throws {
    let verdict = try Fixture.verdict({ _ in }) { $0.change(.candidate) { $0.peakMemoryBytes = 0 } }
    #expect(verdict.gaps == [.noPeakMemory(.candidate)])
    #expect(verdict.outcome == .inconclusive)
  }

  @Test("A metric that readings do not define is missing")
  func undefined() throws {
    let verdict = try Fixture.verdict({ _ in }) { evidence in
      evidence.change(.candidate, where: { $0.block == 1 }) { sample in
        guard var reading = sample.throughput else { return }
        reading.tokenNanoseconds = reading.tokenNanoseconds.map { _ in 100_000_000 }
        sample.outcome = .throughput(reading)
      }
    }
    #expect(verdict.gaps == [.undefined(.decodeTokensPerSecond, "chat", blocks: 1)])
  }

  @Test("One block yields no interval")
  func oneBlock() throws {
    let verdict = try Fixture.verdict { $0.blocks = 1 }
    #expect(verdict.gaps == [.tooFewBlocks("chat", scored: 1)])
    #expect(verdict.objectives.map(\.effect) == [nil])
  }

  @Test("What is missing goes before a broken guardrail, which is still told")
  func missingBeforeBroken() throws {
    let verdict = try Fixture.verdict({ $0.speed = 0.5 }) { $0.remove(.candidate) { $0.place.item == "q1" } }
    #expect(verdict.outcome == .inconclusive)
    #expect(verdict.reason.contains("broken is time to first token"))
  }
}
