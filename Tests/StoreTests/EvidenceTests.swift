import TestSupport
import JSON
import Measurements
import TestSupport
import Testing

@testable import Store

@Suite("Evidence that is read back")
struct EvidenceTests {
  let folder: TemporaryFolder
  let store: MeasurementStore

  init() throws {
    folder = try TemporaryFolder()
    store = try .fresh(in: folder)
  }

  static let outcomes: [Sample.Outcome] = [
    .throughput(Fixture.reading),
    .throughput(.init(promptTokens: 0, cachedTokens: 0, tokenNanoseconds: [])),
    .throughput(.init(promptTokens: 9, cachedTokens: 9, tokenNanoseconds: [0, 127, 128, 16_384, .max])),
    Fixture.answer("1"),
    Fixture.answer("", scores: []),
    Fixture.answer(
      "“quoted” \\ \n e\u{301} 🦅", scores: [-.infinity, -0.1, .leastNonzeroMagnitude, .infinity, -1e300, 0.1 + 0.2]),
    .text(.logProbabilities([-0.25, -.infinity, -1e-300])),
    .text(.divergences([0, 0.1 + 0.2, .infinity], reference: "00ff")),
    // Words that once told texts from answers.
    Fixture.answer("perplexity"),
    Fixture.answer("divergence from 00ff", scores: []),
    .unscored(.failed, message: "the worker was killed (signal 9)"),
    .unscored(.capacityGated, message: ""),
    .unscored(.notApplicable, message: "no template"),
  ]

  static let turns = [
    Fixture.sample(cell: "loop", round: 1, outcome: .turn(TurnReading(times: Fixture.reading))),
    Fixture.sample(
      cell: "loop", round: 2,
      outcome: .turn(
        TurnReading(
          times: Fixture.reading,
          judgement: TurnJudgement(
            parser: "json_tools", failures: ["no_call"], detail: "no call", isAnswered: true, text: "“No.”")))),
    Fixture.sample(cell: "loop", round: 3, outcome: .unscored(.notApplicable, message: "no room")),
    // An item may have the name of a round.
    Fixture.sample(cell: "facts", item: "#3", outcome: Fixture.answer("1")),
  ]

  @Test("It equals what was appended, to the bit and in the order of measurement")
  func roundTrip() throws {
    let session = Fixture.session()
    let number = try store.open(session, envelope: Fixture.envelope)
    let resident = try store.append(Fixture.run(.resident), to: number)
    let candidate = try store.append(Fixture.run(.candidate), to: number)
    let samples =
      Self.outcomes.enumerated().map { index, outcome in
        Fixture.sample(
          block: Self.outcomes.count - index, item: index % 2 == 0 ? nil : "item \(index)", outcome: outcome)
      } + Self.turns
    for sample in samples {
      try store.append(sample, to: candidate)
      try store.append(sample, to: resident)
    }
    let voids = [
      BlockVoid(cell: "short", block: 4, reason: "resident: 3.1 and 4.2 tokens/s differ by 30 %, limit 15 %"),
      BlockVoid(cell: "short", block: 2, reason: "load"),
    ]
    for void in voids { try store.void(void, in: number) }
    try store.finish(number, state: .complete)

    let evidence = try store.evidence(number)
    #expect(
      evidence
        == Evidence(
          session: session, state: .complete, envelope: Fixture.envelope, resident: Fixture.run(.resident),
          candidate: Fixture.run(.candidate), residentSamples: samples, candidateSamples: samples, voids: voids))
    #expect(try store.samples(of: number, side: .candidate) == samples)
    #expect(try store.samples(of: number, side: nil).count == 2 * samples.count)
  }

  @Test("A re-run pools the blocks of the comparison before; for blocks alone answers and maturity are left out")
  func pooled() throws {
    let numbers = try [1.0, 2].map { start in
      let runs = [Fixture.run(.resident), Fixture.run(.candidate)]
      let number = try store.open(Fixture.session(startedAt: start), envelope: Fixture.envelope, runs: runs)
      for run in runs {
        let run = try store.append(run, to: number)
        try store.append(Fixture.sample(), to: run)
        try store.append(
          Fixture.sample(cell: "loop", round: 1, outcome: .turn(TurnReading(times: Fixture.reading))), to: run)
        try store.append(Fixture.sample(cell: "facts", item: "q", outcome: Fixture.answer("1")), to: run)
      }
      try store.finish(number, state: .complete)
      try store.record(verdict: [:], outcome: "hold", for: number)
      return number
    }
    let (all, blocks) = (try store.verdictInputs(of: numbers[1]), try store.verdictInputs(of: numbers[1], .blocks))
    let first = try store.evidence(numbers[0], .blocks)
    #expect(all.pooled == [first])
    #expect(all.pooled.flatMap(\.residentSamples).map(\.place.cell) == ["short", "loop"])
    #expect(all.evidence.residentSamples.map(\.place.cell) == ["short", "loop", "facts"])
    #expect(all.decided.map(\.startedAt) == [1, 2])
    #expect(blocks.evidence.residentSamples.map(\.place.cell) == ["short", "loop"])
    #expect(blocks.pooled == all.pooled && blocks.decided.isEmpty)
    #expect(try store.verdictInputs(of: numbers[0]).pooled.isEmpty)
  }

  @Test("The later loads of a side are part of it, in their order")
  func laterLoads() throws {
    let number = try store.open(Fixture.session(), envelope: Fixture.envelope)
    var runs = [Side.resident, .candidate, .candidate, .resident].map { Fixture.run($0) }
    for index in runs.indices {
      runs[index].load.loadSeconds = Double(index)
      let run = try store.append(runs[index], to: number)
      try store.append(Fixture.sample(block: index), to: run)
    }
    let evidence = try store.evidence(number)
    #expect(evidence.resident == runs[0] && evidence.candidate == runs[1])
    #expect(evidence.laterRuns == [runs[2], runs[3]])
    #expect(evidence.loads(of: .candidate) == [runs[1], runs[2]])
  }

  @Test("Unverified provenance stays unverified")
  func unverified() throws {
    let number = try store.open(Fixture.session(), envelope: Fixture.envelope)
    var run = Fixture.run(.resident)
    run.provenance = .unverified
    _ = try store.append(run, to: number)
    #expect(try store.session(number).runs == [run])
  }

  @Test("How the weights are known is kept", arguments: [ProofLevel.hashed, .process, .fingerprint])
  func proof(level: ProofLevel) throws {
    let number = try store.open(Fixture.session(), envelope: Fixture.envelope)
    var run = Fixture.run(.resident)
    run.proof = level
    _ = try store.append(run, to: number)
    #expect(try store.session(number).runs == [run])
  }

  @Test("U+0000, at which SQLite would cut a text, becomes a visible symbol")
  func nullCharacter() throws {
    let number = try store.open(Fixture.session(resident: nil), envelope: Fixture.envelope)
    let run = try store.append(Fixture.run(nil), to: number)
    try store.append(Fixture.sample(outcome: Fixture.answer("a\0b")), to: run)
    #expect(try store.samples(of: number, side: nil).first?.answer?.answer == "a\u{2400}b")
  }

  @Test("A session of one model is no comparison")
  func notAComparison() throws {
    let number = try store.open(Fixture.session(resident: nil), envelope: Fixture.envelope)
    #expect(throws: StoreError.notAComparison(number)) { try store.evidence(number) }
  }

  @Test("A side without samples is named")
  func noSamples() throws {
    let number = try store.open(Fixture.session(), envelope: Fixture.envelope)
    #expect(throws: StoreError.noSamples(number, .resident)) { try store.evidence(number) }
    let run = try store.append(Fixture.run(.resident), to: number)
    try store.append(Fixture.sample(), to: run)
    #expect(throws: StoreError.noSamples(number, .candidate)) { try store.evidence(number) }
  }

  @Test("The view of rates computes what a reading computes")
  func throughputView() throws {
    let number = try store.open(Fixture.session(resident: nil), envelope: Fixture.envelope)
    let run = try store.append(Fixture.run(nil), to: number)
    try store.append(Fixture.sample(), to: run)
    try store.append(Fixture.sample(block: 1, outcome: Fixture.answer("no rate")), to: run)
    try store.void(.init(cell: "short", block: 0, reason: "load"), in: number)
    let rows = try store.read { database in
      try ["cumulative_tokens_per_second", "prefill_tokens_per_second", "decode_tokens_per_second", "is_void"].map {
        try Double.fetchAll(database, sql: "SELECT \($0) FROM throughput")
      }
    }
    let reading = Fixture.reading
    let expected = [
      reading.cumulativeTokensPerSecond, reading.prefillTokensPerSecond, reading.decodeTokensPerSecond, 1,
    ]
    for (row, value) in zip(rows, expected) {
      #expect(row.count == 1)
      let (found, value) = (try #require(row.first), try #require(value))
      #expect(abs(found - value) < 1e-9 * value)
    }
  }
}
