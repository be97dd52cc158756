/// The first schema.
///
/// Names end in the unit where there is one: `_s` seconds (since 1970 for times of day), `_ns`, `_bytes`. JSON is
/// compact text. `samples.token_ns` holds the time stamps of the decoded tokens, each as the difference to the one
/// before (the first to 0) in unsigned LEB128: seven bits per byte, least significant first, the top bit set in all but a
/// number's last byte. `samples.option_scores` is a JSON array whose numbers are exact; infinities and NaN are the
/// strings "inf", "-inf" and "nan".
enum Migration1 {
  static let sql = tables + appendOnly + throughput

  private static let tables = """
    CREATE TABLE envelopes (
      hash TEXT NOT NULL PRIMARY KEY,
      document TEXT NOT NULL
    ) STRICT;

    CREATE TABLE hosts (
      fingerprint TEXT NOT NULL PRIMARY KEY,
      operating_system TEXT NOT NULL,
      architecture TEXT NOT NULL,
      chip TEXT NOT NULL,
      physical_cores INTEGER NOT NULL,
      memory_bytes INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE sessions (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      uuid TEXT NOT NULL UNIQUE,
      started_at_s REAL NOT NULL,
      envelope_id TEXT NOT NULL,
      envelope_hash TEXT NOT NULL REFERENCES envelopes (hash),
      role TEXT,
      resident TEXT,
      candidate TEXT NOT NULL,
      order_seed INTEGER NOT NULL, -- the bits of an unsigned number
      environment TEXT NOT NULL CHECK (environment IN ('isolated', 'under-load')),
      host TEXT NOT NULL REFERENCES hosts (fingerprint),
      resident_version TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('running', 'complete', 'interrupted'))
    ) STRICT;

    CREATE TABLE runs (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      session INTEGER NOT NULL REFERENCES sessions (number),
      side TEXT CHECK (side IN ('resident', 'candidate')),
      model TEXT NOT NULL,
      weights_hash TEXT, -- null where unverified
      weight_files TEXT CHECK (weight_files IS NULL OR json_valid(weight_files)),
      engine TEXT NOT NULL,
      engine_version TEXT NOT NULL,
      instruction_set TEXT NOT NULL,
      threads INTEGER NOT NULL,
      load_s REAL NOT NULL,
      readiness_s REAL NOT NULL,
      description TEXT NOT NULL CHECK (json_valid(description)),
      CHECK ((weights_hash IS NULL) = (weight_files IS NULL))
    ) STRICT;
    CREATE INDEX runs_by_session ON runs (session);

    CREATE TABLE samples (
      id INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (number),
      cell TEXT NOT NULL,
      block INTEGER NOT NULL CHECK (block >= 0),
      repetition INTEGER NOT NULL CHECK (repetition >= 0),
      item TEXT,
      started_at_s REAL NOT NULL,
      elapsed_ns INTEGER NOT NULL CHECK (elapsed_ns >= 0),
      peak_memory_bytes INTEGER NOT NULL CHECK (peak_memory_bytes >= 0),
      load_average REAL NOT NULL,
      status TEXT NOT NULL
        CHECK (status IN ('success', 'failed', 'capacity_gated', 'unsupported', 'aborted', 'not_applicable')),
      message TEXT,
      prompt_tokens INTEGER,
      cached_tokens INTEGER,
      decode_tokens INTEGER,
      first_token_ns INTEGER,
      last_token_ns INTEGER,
      token_ns BLOB,
      answer TEXT,
      is_correct INTEGER CHECK (is_correct IN (0, 1)),
      option_scores TEXT CHECK (option_scores IS NULL OR json_valid(option_scores)),
      completion_tokens INTEGER,
      CHECK ((message IS NULL) = (status = 'success')),
      CHECK ((prompt_tokens IS NOT NULL) + (answer IS NOT NULL) = (status = 'success')),
      CHECK ((prompt_tokens IS NULL) = (cached_tokens IS NULL) AND (prompt_tokens IS NULL) = (token_ns IS NULL)
        AND (prompt_tokens IS NULL) = (decode_tokens IS NULL)),
      CHECK ((answer IS NULL) = (is_correct IS NULL) AND (answer IS NULL) = (option_scores IS NULL)
        AND (answer IS NULL) = (completion_tokens IS NULL))
    ) STRICT;
    CREATE UNIQUE INDEX samples_by_place ON samples (run, cell, block, repetition, ifnull(item, ''));

    CREATE TABLE voids (
      id INTEGER PRIMARY KEY,
      session INTEGER NOT NULL REFERENCES sessions (number),
      cell TEXT NOT NULL,
      block INTEGER NOT NULL,
      reason TEXT NOT NULL,
      UNIQUE (session, cell, block)
    ) STRICT;

    CREATE TABLE verdicts (
      id INTEGER PRIMARY KEY,
      session INTEGER NOT NULL REFERENCES sessions (number),
      recorded_at_s REAL NOT NULL,
      outcome TEXT NOT NULL,
      document TEXT NOT NULL CHECK (json_valid(document))
    ) STRICT;
    CREATE INDEX verdicts_by_session ON verdicts (session);

    CREATE TABLE registry_edits (
      id TEXT NOT NULL PRIMARY KEY,
      requested_at_s REAL NOT NULL,
      role TEXT NOT NULL,
      from_model TEXT NOT NULL,
      to_model TEXT NOT NULL,
      session INTEGER REFERENCES sessions (number),
      requested_by TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('promotion', 'rollback')),
      state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'abandoned'))
    ) STRICT;

    """
}

extension Migration1 {
  /// Triggers that keep what was measured as it was.
  ///
  /// A plain `INSERT OR REPLACE` fires no delete triggers, so inserting over a row is refused as well.
  static let appendOnly =
    ["envelopes", "hosts", "runs", "samples", "voids", "verdicts"].map(refusingChanges(of:)).joined()
    + ["sessions", "registry_edits"].map(refusingDeletion(from:)).joined()
    + [
      ("envelopes", "hash"), ("hosts", "fingerprint"), ("sessions", "number"), ("sessions", "uuid"), ("runs", "number"),
      ("samples", "id"), ("voids", "id"), ("verdicts", "id"), ("registry_edits", "id"),
    ].map { refusingReplacement(in: $0, key: $1) }.joined()
      + """
      CREATE TRIGGER sessions_keep_identity
      BEFORE UPDATE OF number, uuid, started_at_s, envelope_id, envelope_hash, role, resident, candidate, order_seed,
        environment, host, resident_version ON sessions
      BEGIN SELECT raise(ABORT, 'a session keeps what it was started for'); END;

      CREATE TRIGGER sessions_stay_complete BEFORE UPDATE ON sessions WHEN OLD.state = 'complete'
      BEGIN SELECT raise(ABORT, 'a complete session is final'); END;

      CREATE TRIGGER runs_while_running BEFORE INSERT ON runs
      WHEN (SELECT state FROM sessions WHERE number = NEW.session) <> 'running'
      BEGIN SELECT raise(ABORT, 'only a running session takes runs'); END;

      CREATE TRIGGER samples_while_running BEFORE INSERT ON samples
      WHEN (SELECT state FROM sessions JOIN runs ON runs.session = sessions.number WHERE runs.number = NEW.run)
        <> 'running'
      BEGIN SELECT raise(ABORT, 'only a running session takes samples'); END;

      CREATE TRIGGER samples_once BEFORE INSERT ON samples
      WHEN EXISTS (
        SELECT 1 FROM runs own JOIN runs ON runs.session = own.session AND runs.side IS own.side
        JOIN samples ON samples.run = runs.number
        WHERE own.number = NEW.run AND samples.cell = NEW.cell AND samples.block = NEW.block
          AND samples.repetition = NEW.repetition AND ifnull(samples.item, '') = ifnull(NEW.item, ''))
      BEGIN SELECT raise(ABORT, 'a place is measured once'); END;

      CREATE TRIGGER voids_while_running BEFORE INSERT ON voids
      WHEN (SELECT state FROM sessions WHERE number = NEW.session) <> 'running'
      BEGIN SELECT raise(ABORT, 'only a running session takes voids'); END;

      CREATE TRIGGER voids_once BEFORE INSERT ON voids
      WHEN EXISTS (SELECT 1 FROM voids WHERE session = NEW.session AND cell = NEW.cell AND block = NEW.block)
      BEGIN SELECT raise(ABORT, 'a void block keeps its first reason'); END;

      CREATE TRIGGER registry_edits_keep_identity
      BEFORE UPDATE OF id, requested_at_s, role, from_model, to_model, session, requested_by, kind ON registry_edits
      BEGIN SELECT raise(ABORT, 'a registry edit keeps what it was'); END;

      CREATE TRIGGER registry_edits_stay_settled BEFORE UPDATE ON registry_edits WHEN OLD.state <> 'pending'
      BEGIN SELECT raise(ABORT, 'the outcome of a registry edit is final'); END;

      """

  private static func refusingChanges(of table: String) -> String {
    """
    CREATE TRIGGER \(table)_never_change BEFORE UPDATE ON \(table)
    BEGIN SELECT raise(ABORT, '\(table) never change'); END;

    """ + refusingDeletion(from: table)
  }

  private static func refusingDeletion(from table: String) -> String {
    """
    CREATE TRIGGER \(table)_are_kept BEFORE DELETE ON \(table)
    BEGIN SELECT raise(ABORT, '\(table) are kept'); END;

    """
  }

  private static func refusingReplacement(in table: String, key: String) -> String {
    """
    CREATE TRIGGER \(table)_are_not_replaced_by_\(key) BEFORE INSERT ON \(table)
    WHEN EXISTS (SELECT 1 FROM \(table) WHERE \(key) = NEW.\(key))
    BEGIN SELECT raise(ABORT, '\(table) are not replaced'); END;

    """
  }
}

extension Migration1 {
  /// A view of the rates for people who query the database by hand; the formulas are those of `ThroughputReading`.
  static let throughput = """
    CREATE VIEW throughput AS
    SELECT
      runs.session, runs.side, runs.model, samples.cell, samples.block, samples.repetition,
      samples.prompt_tokens, samples.cached_tokens, samples.decode_tokens,
      (samples.prompt_tokens + samples.decode_tokens) * 1e9 / nullif(samples.last_token_ns, 0)
        AS cumulative_tokens_per_second,
      (samples.prompt_tokens - samples.cached_tokens) * 1e9 / nullif(samples.first_token_ns, 0)
        AS prefill_tokens_per_second,
      (samples.decode_tokens - 1) * 1e9 / nullif(samples.last_token_ns - samples.first_token_ns, 0)
        AS decode_tokens_per_second,
      samples.first_token_ns / 1e6 AS first_token_latency_ms,
      samples.peak_memory_bytes,
      EXISTS (
        SELECT 1 FROM voids
        WHERE voids.session = runs.session AND voids.cell = samples.cell AND voids.block = samples.block) AS is_void
    FROM samples JOIN runs ON runs.number = samples.run
    WHERE samples.prompt_tokens IS NOT NULL;

    """
}
