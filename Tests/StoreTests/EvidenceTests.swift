import JSON
import Measurements
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
    .unscored(.failed, message: "the worker was killed (signal 9)"),
    .unscored(.capacityGated, message: ""),
    .unscored(.notApplicable, message: "no template"),
  ]

  @Test("It equals what was appended, to the bit and in the order of measurement")
  func roundTrip() throws {
    let session = Fixture.session()
    let number = try store.open(session, envelope: Fixture.envelope)
    let resident = try store.append(Fixture.run(.resident), to: number)
    let candidate = try store.append(Fixture.run(.candidate), to: number)
    let samples = Self.outcomes.enumerated().map { index, outcome in
      Fixture.sample(block: 9 - index, item: index % 2 == 0 ? nil : "item \(index)", outcome: outcome)
    }
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
