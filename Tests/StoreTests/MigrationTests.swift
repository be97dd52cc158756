import Foundation
import GRDB
import Measurements
import TestSupport
import Testing

@testable import Store

@Suite("A database of schema 8")
struct MigrationTests {
  private let folder: TemporaryFolder
  private let file: URL

  /// Makes the database and one row of each kind of outcome, as version 8 wrote them.
  init() throws {
    folder = try TemporaryFolder()
    file = folder("measurements.sqlite")
    try raw { database in
      try database.execute(sql: Schema.migrations[0..<8].joined())
      try database.execute(sql: Self.session)
      for (item, answer, isCorrect, scores) in Self.answers {
        try database.execute(
          sql: """
            INSERT INTO samples (run, cell, block, repetition, item, started_at_s, elapsed_ns, peak_memory_bytes,
              load_average, status, answer, is_correct, option_scores, completion_tokens)
            VALUES (1, 'items', 0, 0, ?, 5, 7, 9, 0.5, 'success', ?, ?, ?, 3)
            """, arguments: [item, answer, isCorrect, scores])
      }
      for (cell, item, sequences) in [("chat", nil, 3), ("loop", "#3", nil), ("loop", "#1", nil)] as [Timed] {
        try database.execute(
          sql: """
            INSERT INTO samples (run, cell, block, repetition, item, started_at_s, elapsed_ns, peak_memory_bytes,
              load_average, status, prompt_tokens, cached_tokens, decode_tokens, first_token_ns, last_token_ns,
              token_ns, sequences)
            VALUES (1, ?, 0, 1, ?, 5, 7, 9, 0.5, 'success', 16, 2, 2, 500, 900, ?, ?)
            """, arguments: [cell, item, Data(TokenTimes.encode([500, 900])), sequences])
      }
      try database.execute(sql: Self.turnsAndFailures)
      try database.execute(
        sql: "PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = 8")
    }
  }

  private typealias Timed = (cell: String, item: String?, sequences: Int?)

  private static let session = """
    INSERT INTO envelopes VALUES ('e', '{}');
    INSERT INTO hosts VALUES ('f00d', 'Linux', 'x86_64', 'CPU', 2, 100);
    INSERT INTO sessions (uuid, started_at_s, envelope_id, envelope_hash, candidate, order_seed, environment, host,
      resident_version, state)
    VALUES ('u', 1, 'tiny', 'e', 'org/new', 1, 'isolated', 'f00d', '0.1.0', 'running');
    INSERT INTO runs (session, model, engine, engine_version, instruction_set, threads, load_s, readiness_s, description)
    VALUES (1, 'org/new', 'native', '0.1.0', 'avx2', 2, 1, 1, '{}');
    """

  private static let answers = [
    ("p1", "perplexity", true, "[-1.5,-0.25]"),
    ("p2", "divergence from 00ff", true, "[0.5,\"inf\"]"),
    ("q1", "1", false, "[-1,-0.5]"),
    ("q2", "perplexity", true, "[]"),
    ("q3", "divergence from home", false, "[]"),
  ]

  private static let turnsAndFailures = """
    INSERT INTO turns VALUES (7, 3, 'json_tools', '["no_call"]', 'none', 1, 'No.');
    INSERT INTO turns (sample, round) VALUES (8, 1);
    INSERT INTO samples (run, cell, block, repetition, item, started_at_s, elapsed_ns, peak_memory_bytes, load_average,
      status, message)
    VALUES (1, 'loop', 0, 1, '#2', 5, 7, 9, 0.5, 'not_applicable', 'no room'),
      (1, 'items', 0, 0, 'q4', 5, 7, 9, 0.5, 'failed', 'died'), (1, 'chat', 1, 0, NULL, 5, 7, 9, 0.5, 'failed', 'died');
    INSERT INTO voids (session, cell, block, reason) VALUES (1, 'chat', 1, 'died');
    """

  private func raw<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try DatabaseQueue(path: file.path).writeWithoutTransaction(body)
  }

  private func migrated() throws -> MeasurementStore { try MeasurementStore(at: file, mode: .readWrite) }

  private static func sample(
    _ cell: CellID, block: Int = 0, repetition: Int = 0, item: String? = nil, round: Int? = nil,
    _ outcome: Sample.Outcome
  ) -> Sample {
    Sample(
      place: Sample.Place(cell: cell, block: block, repetition: repetition, item: item, round: round), startedAt: 5,
      elapsedNanoseconds: 7, peakMemoryBytes: 9, loadAverage: 0.5, outcome: outcome)
  }

  private static func answer(_ text: String, _ isCorrect: Bool, _ scores: [Double]) -> Sample.Outcome {
    .answer(AnswerReading(answer: text, isCorrect: isCorrect, optionScores: scores, completionTokens: 3))
  }

  @Test("Every row reads as the outcome that it was, at its place and in its order")
  func outcomes() throws {
    let times = ThroughputReading(promptTokens: 16, cachedTokens: 2, tokenNanoseconds: [500, 900])
    var several = times
    several.sequences = 3
    let judgement = TurnJudgement(
      parser: "json_tools", failures: ["no_call"], detail: "none", isAnswered: true, text: "No.")
    let expected = [
      Self.sample("items", item: "p1", .text(.logProbabilities([-1.5, -0.25]))),
      Self.sample("items", item: "p2", .text(.divergences([0.5, .infinity], reference: "00ff"))),
      Self.sample("items", item: "q1", Self.answer("1", false, [-1, -0.5])),
      Self.sample("items", item: "q2", Self.answer("perplexity", true, [])),
      Self.sample("items", item: "q3", Self.answer("divergence from home", false, [])),
      Self.sample("chat", repetition: 1, .throughput(several)),
      Self.sample("loop", repetition: 1, round: 3, .turn(TurnReading(times: times, judgement: judgement))),
      Self.sample("loop", repetition: 1, round: 1, .turn(TurnReading(times: times))),
      Self.sample("loop", repetition: 1, round: 2, .unscored(.notApplicable, message: "no room")),
      Self.sample("items", item: "q4", .unscored(.failed, message: "died")),
      Self.sample("chat", block: 1, .unscored(.failed, message: "died")),
    ]
    let store = try migrated()
    #expect(try store.samples(of: 1, side: nil) == expected)
    #expect(try store.read { try Int.fetchAll($0, sql: "SELECT id FROM samples ORDER BY id") } == Array(1...11))
    try store.check()
  }

  @Test("A reader refuses it; a writer brings it up to date, and a reader takes it then")
  func versions() throws {
    #expect(throws: StoreError.file(path: file.path, .olderSchema(found: 8, known: MeasurementStore.schemaVersion))) {
      try MeasurementStore(at: file, mode: .readOnly)
    }
    _ = try migrated()
    #expect(try MeasurementStore(at: file, mode: .readOnly).samples(of: 1, side: nil).count == 11)
    #expect(try raw { try Int.fetchOne($0, sql: "PRAGMA user_version") } == MeasurementStore.schemaVersion)
  }

  @Test("References hold, and are checked again afterwards")
  func references() throws {
    let store = try migrated()
    try store.queue.writeWithoutTransaction { database in
      let (isChecked, target) = (
        try Bool.fetchOne(database, sql: "PRAGMA foreign_keys"),
        try String.fetchOne(database, sql: "SELECT \"table\" FROM pragma_foreign_key_list('turns')")
      )
      let violations = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
      #expect(isChecked == true && target == "samples" && violations.isEmpty)
      let error = #expect(throws: DatabaseError.self) {
        try database.execute(sql: "INSERT INTO turns (sample) VALUES (99)")
      }
      #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY)
    }
  }

  @Test(
    "What was measured still cannot be changed, deleted, replaced or measured again",
    arguments: [
      "UPDATE samples SET round = 4 WHERE id = 7",
      "UPDATE samples SET text_scores = '[]' WHERE id = 1",
      "DELETE FROM samples",
      "INSERT OR REPLACE INTO samples SELECT * FROM samples",
      "UPDATE turns SET text = ''",
      "DELETE FROM turns",
      "INSERT OR REPLACE INTO turns SELECT * FROM turns",
      again(1), again(6), again(7), again(9),
    ])
  func triggers(sql: String) throws {
    _ = try migrated()
    let before = try rows()
    let error = #expect(throws: DatabaseError.self) { try raw { try $0.execute(sql: sql) } }
    #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_TRIGGER)
    #expect(try rows() == before)
  }

  /// Measures the place of a row once more.
  private static func again(_ id: Int) -> String {
    """
    INSERT INTO samples (run, cell, block, repetition, item, round, started_at_s, elapsed_ns, peak_memory_bytes,
      load_average, status, message)
    SELECT run, cell, block, repetition, item, round, 0, 0, 0, 0, 'failed', 'again' FROM samples WHERE id = \(id)
    """
  }

  private func rows() throws -> [[Row]] {
    try raw { database in
      try ["samples", "turns"].map { try Row.fetchAll(database, sql: "SELECT * FROM \($0)") }
    }
  }

  @Test("The session takes new samples at free places only, and none when it is complete")
  func appending() throws {
    let store = try migrated()
    let turn = Sample.Outcome.turn(
      TurnReading(times: ThroughputReading(promptTokens: 16, cachedTokens: 2, tokenNanoseconds: [500])))
    let known = Self.sample("loop", repetition: 1, round: 3, turn)
    #expect(throws: StoreError.sampleExists(1, known.place)) { try store.append(known, to: 1) }
    // An item that is called like a round stands elsewhere.
    for sample in [
      Self.sample("loop", repetition: 1, round: 4, turn),
      Self.sample("loop", repetition: 1, item: "#3", Self.answer("1", true, [])),
    ] {
      try store.append(sample, to: 1)
      #expect(try store.samples(of: 1, side: nil).last == sample)
    }
    try store.finish(1, state: .complete)
    let error = #expect(throws: DatabaseError.self) {
      try raw { try $0.execute(sql: Self.again(1).replacing("item, round, 0", with: "'new', round, 0")) }
    }
    #expect(error?.message == "only a running session takes samples")
  }

  @Test("The views of rates and of turns answer as before")
  func views() throws {
    let store = try migrated()
    try store.read { database in
      let rates = try Row.fetchAll(database, sql: "SELECT * FROM throughput ORDER BY cell, block")
      #expect(rates.map { $0["cell"] as String } == ["chat", "loop", "loop"])
      let reading = ThroughputReading(promptTokens: 16, cachedTokens: 2, tokenNanoseconds: [500, 900], sequences: 3)
      let row = try #require(rates.first)
      #expect(row["sequences"] as Int == 3)
      #expect(row["is_void"] as Bool == false)
      #expect(row["first_token_latency_ms"] as Double == 500 / 1e6)
      for (column, value) in [
        ("cumulative_tokens_per_second", reading.cumulativeTokensPerSecond),
        ("prefill_tokens_per_second", reading.prefillTokensPerSecond),
        ("decode_tokens_per_second", reading.decodeTokensPerSecond),
      ] {
        let (found, expected) = (row[column] as Double, try #require(value))
        #expect(abs(found - expected) < 1e-9 * expected)
      }
      let turns = try Row.fetchAll(database, sql: "SELECT * FROM tool_turns ORDER BY round")
      #expect(turns.map { $0["round"] as Int } == [1, 3])
      #expect(turns.map { $0["parser"] as String? } == [nil, "json_tools"])
      #expect(turns.map { $0["failures"] as String? } == [nil, "[\"no_call\"]"])
      #expect(turns.map { $0["turn_latency_ms"] as Double } == [7 / 1e6, 7 / 1e6])
      #expect(turns.map { $0["prompt_tokens"] as Int } == [16, 16])
    }
  }
}

@Suite("A database from before origins were kept")
struct OriginMigrationTests {
  private let folder: TemporaryFolder
  private let file: URL

  init() throws {
    folder = try TemporaryFolder()
    file = folder("measurements.sqlite")
  }

  /// - Parameter sessions: The run of each block's sample in the order of their ids, and the state.
  private func make(_ sessions: [(runs: [Int], state: String)]) throws {
    let count = try #require(Schema.migrations.firstIndex(of: OriginMigration.sql))
    try DatabaseQueue(path: file.path).writeWithoutTransaction { database in
      try database.execute(sql: Schema.migrations[0..<count].joined())
      try database.execute(
        sql: """
          INSERT INTO envelopes VALUES ('e', '{}');
          INSERT INTO hosts VALUES ('f00d', 'Linux', 'x86_64', 'CPU', 2, 100);
          """)
      for (index, session) in sessions.enumerated() {
        let (number, runs, state) = (index + 1, session.runs, session.state)
        try database.execute(
          sql: """
            INSERT INTO sessions (uuid, started_at_s, envelope_id, envelope_hash, resident, candidate, order_seed,
              environment, host, resident_version, state)
            VALUES (?, 1, 'tiny', 'e', 'org/old', 'org/new', 1, 'isolated', 'f00d', '0.1.0', 'running');
            """, arguments: ["\(number)"])
        for side in ["resident", "candidate"].suffix(Set(runs).count) {
          try database.execute(
            sql: """
              INSERT INTO runs (session, side, model, engine, engine_version, instruction_set, threads, load_s,
                readiness_s, description)
              VALUES (?, ?, 'm', 'native', '0.1.0', 'avx2', 2, 1, 1, '{}')
              """, arguments: [number, side])
        }
        for (block, run) in runs.enumerated() {
          try database.execute(
            sql: """
              INSERT INTO samples (run, cell, block, repetition, started_at_s, elapsed_ns, peak_memory_bytes,
                load_average, status, message)
              VALUES (?, 'chat', ?, 0, 5, 7, 9, 0.5, 'failed', 'died')
              """, arguments: [run, block])
        }
        try database.execute(sql: "UPDATE sessions SET state = ? WHERE number = ?", arguments: [state, number])
      }
      try database.execute(
        sql: "PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = \(count)")
    }
  }

  @Test("Where no comparison was merged for certain, everything was measured here")
  func nothingMerged() throws {
    try make([([1, 2, 2, 1], "complete"), ([3, 4], "complete"), ([5, 5], "complete")])
    let marks = try MeasurementStore(at: file, mode: .readWrite).sessions().map(\.mark)
    #expect(marks == [SessionMark(), SessionMark(), SessionMark()])
  }

  @Test("What took turns was measured here; what may have been merged is taken for an import, which decides nothing")
  func origins() throws {
    // Sides that took turns, sides one after the other as a merge adds them, one that is not complete, one block of each
    // side, and one model alone.
    try make([
      ([1, 2, 2, 1], "complete"), ([3, 3, 4, 4], "complete"), ([5, 6], "interrupted"), ([7, 8], "complete"),
      ([9, 9], "complete"),
    ])
    let store = try MeasurementStore(at: file, mode: .readWrite)
    let marks = try store.sessions().reversed().map(\.mark)
    let imported = SessionMark(origin: .imported(ImportSource()))
    #expect(marks == [SessionMark(), imported, SessionMark(), imported, SessionMark()])
    #expect(marks[1].text == "from before origins were kept, and not known to be measured here")
    #expect(!marks[1].decides(on: "f00d", admitting: ImportAdmission(hosts: ["f00d"], keys: [])))
    try store.check()
    // The rules about what is final are back in place.
    #expect(throws: StoreError.self) {
      try store.write { try $0.execute(sql: "UPDATE sessions SET state = 'running' WHERE number = 1") }
    }
  }
}
