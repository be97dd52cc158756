/// Counts the attempts to unseat a resident (null for sessions from before, and for models measured alone), and says
/// which file an edit is of (null for the registry of the time).
enum Migration2 {
  static let sql = """
    ALTER TABLE sessions ADD COLUMN challenge INTEGER CHECK (challenge >= 1);

    CREATE TRIGGER sessions_keep_challenge BEFORE UPDATE OF challenge ON sessions
    WHEN OLD.challenge IS NOT NEW.challenge
    BEGIN SELECT raise(ABORT, 'a session keeps its challenge'); END;

    ALTER TABLE registry_edits ADD COLUMN file TEXT;

    CREATE TRIGGER registry_edits_keep_file BEFORE UPDATE OF file ON registry_edits
    WHEN OLD.file IS NOT NEW.file
    BEGIN SELECT raise(ABORT, 'a registry edit keeps its file'); END;

    """
}

/// Turns of tool loops.
///
/// A turn was a row of `samples` with times and with the item `#` and its round, and a row here; since
/// ``OutcomeMigration`` the round is a column. What was judged is null in a replay. `failures` is a JSON array of the failure taxonomy's names, empty for a valid turn.
enum ToolLoopMigration {
  static let sql = """
    CREATE TABLE turns (
      sample INTEGER PRIMARY KEY REFERENCES samples (id),
      round INTEGER NOT NULL CHECK (round >= 1),
      parser TEXT,
      failures TEXT CHECK (failures IS NULL OR json_valid(failures)),
      detail TEXT,
      is_answered INTEGER CHECK (is_answered IN (0, 1)),
      text TEXT,
      CHECK ((parser IS NULL) = (failures IS NULL) AND (parser IS NULL) = (detail IS NULL)
        AND (parser IS NULL) = (is_answered IS NULL) AND (parser IS NULL) = (text IS NULL))
    ) STRICT;
    CREATE TRIGGER turns_never_change BEFORE UPDATE ON turns
    BEGIN SELECT raise(ABORT, 'turns never change'); END;
    CREATE TRIGGER turns_are_kept BEFORE DELETE ON turns
    BEGIN SELECT raise(ABORT, 'turns are kept'); END;
    CREATE TRIGGER turns_are_not_replaced BEFORE INSERT ON turns
    WHEN EXISTS (SELECT 1 FROM turns WHERE sample = NEW.sample)
    BEGIN SELECT raise(ABORT, 'turns are not replaced'); END;

    CREATE VIEW tool_turns AS
    SELECT
      runs.session, runs.side, runs.model, samples.cell, samples.block, samples.repetition, turns.round,
      samples.prompt_tokens, samples.cached_tokens, samples.decode_tokens,
      samples.first_token_ns / 1e6 AS first_token_latency_ms, samples.elapsed_ns / 1e6 AS turn_latency_ms,
      samples.peak_memory_bytes, turns.parser, turns.failures, turns.detail, turns.is_answered
    FROM turns JOIN samples ON samples.id = turns.sample JOIN runs ON runs.number = samples.run;

    """
}

/// Sequences that a reading is of, null for one: rates of the view are those of all of them.
enum ConcurrencyMigration {
  static let sql = """
    ALTER TABLE samples ADD COLUMN sequences INTEGER CHECK (sequences >= 1);

    DROP VIEW throughput;

    """ + throughputView

  static let throughputView = """
    CREATE VIEW throughput AS
    SELECT
      runs.session, runs.side, runs.model, samples.cell, samples.block, samples.repetition,
      ifnull(samples.sequences, 1) AS sequences,
      samples.prompt_tokens, samples.cached_tokens, samples.decode_tokens,
      ifnull(samples.sequences, 1) * (samples.prompt_tokens + samples.decode_tokens) * 1e9
        / nullif(samples.last_token_ns, 0) AS cumulative_tokens_per_second,
      ifnull(samples.sequences, 1) * (samples.prompt_tokens - samples.cached_tokens) * 1e9
        / nullif(samples.first_token_ns, 0) AS prefill_tokens_per_second,
      ifnull(samples.sequences, 1) * (samples.decode_tokens - 1) * 1e9
        / nullif(samples.last_token_ns - samples.first_token_ns, 0) AS decode_tokens_per_second,
      samples.first_token_ns / 1e6 AS first_token_latency_ms,
      samples.peak_memory_bytes,
      EXISTS (
        SELECT 1 FROM voids
        WHERE voids.session = runs.session AND voids.cell = samples.cell AND voids.block = samples.block) AS is_void
    FROM samples JOIN runs ON runs.number = samples.run
    WHERE samples.prompt_tokens IS NOT NULL;

    """
}

/// How it is known which weights answered; null if unverified, and for runs from
/// before, whose engines hashed what they loaded.
enum ProofMigration {
  static let sql = """
    ALTER TABLE runs ADD COLUMN proof TEXT
      CHECK (proof IS NULL OR proof IN ('hashed', 'process', 'fingerprint') AND weights_hash IS NOT NULL);

    """
}

/// What unattended runs leave behind: incidents, the machine around each block, memory over time, and the nights.
///
/// A trace's `series` holds the differences of its values, one per second, as zigzag LEB128: see `MemorySeries`.
enum NightMigration {
  static let sql =
    """
    CREATE TABLE incidents (
      id INTEGER PRIMARY KEY,
      session INTEGER REFERENCES sessions (number),
      kind TEXT NOT NULL,
      occurred_at_s REAL NOT NULL,
      model TEXT,
      stamp TEXT,
      detail TEXT NOT NULL
    ) STRICT;
    CREATE INDEX incidents_by_session ON incidents (session);
    CREATE INDEX incidents_by_model ON incidents (model, kind);

    CREATE TABLE host_readings (
      id INTEGER PRIMARY KEY,
      session INTEGER NOT NULL REFERENCES sessions (number),
      cell TEXT NOT NULL,
      block INTEGER NOT NULL,
      load_average REAL NOT NULL,
      steal_share REAL,
      free_memory_bytes INTEGER NOT NULL,
      swap_bytes INTEGER NOT NULL,
      temperature_c REAL,
      is_on_mains INTEGER CHECK (is_on_mains IN (0, 1)),
      calibration_rate REAL
    ) STRICT;
    CREATE INDEX host_readings_by_session ON host_readings (session);

    CREATE TABLE memory_traces (
      id INTEGER PRIMARY KEY,
      reading INTEGER NOT NULL REFERENCES host_readings (id),
      subject TEXT NOT NULL,
      started_at_s REAL NOT NULL,
      series BLOB NOT NULL
    ) STRICT;
    CREATE INDEX memory_traces_by_reading ON memory_traces (reading);

    CREATE TABLE nights (
      id INTEGER PRIMARY KEY,
      started_at_s REAL NOT NULL,
      summary TEXT NOT NULL CHECK (json_valid(summary))
    ) STRICT;

    """ + ["incidents", "host_readings", "memory_traces", "nights"].map(refusingChanges(of:)).joined()

  private static func refusingChanges(of table: String) -> String {
    """
    CREATE TRIGGER \(table)_never_change BEFORE UPDATE ON \(table)
    BEGIN SELECT raise(ABORT, '\(table) never change'); END;
    CREATE TRIGGER \(table)_are_kept BEFORE DELETE ON \(table)
    BEGIN SELECT raise(ABORT, '\(table) are kept'); END;
    CREATE TRIGGER \(table)_are_not_replaced BEFORE INSERT ON \(table)
    WHEN EXISTS (SELECT 1 FROM \(table) WHERE id = NEW.id)
    BEGIN SELECT raise(ABORT, '\(table) are not replaced'); END;

    """
  }
}

/// Finds the newest challenges without a look at every comparison that there ever was.
enum ChallengeIndexMigration {
  static let sql = """
    CREATE INDEX sessions_by_challenge ON sessions (challenge, state);

    """
}

/// Finds a run's blocks without reading its answers, of which there may be thousands.
enum BlockIndexMigration {
  static let sql = """
    CREATE INDEX samples_of_blocks ON samples (run) WHERE item IS NULL OR item GLOB '#*';

    """
}

/// Says which edits of the registry were made as one, and whether their roles share the edited model; null for those from
/// before.
enum SharedEditMigration {
  static let sql = """
    ALTER TABLE registry_edits ADD COLUMN edit TEXT;
    ALTER TABLE registry_edits ADD COLUMN shares_model INTEGER
      CHECK (shares_model IN (0, 1) AND edit IS NOT NULL OR shares_model IS NULL AND edit IS NULL);

    CREATE TRIGGER registry_edits_keep_company BEFORE UPDATE OF edit, shares_model ON registry_edits
    WHEN OLD.edit IS NOT NEW.edit OR OLD.shares_model IS NOT NEW.shares_model
    BEGIN SELECT raise(ABORT, 'a registry edit keeps those it was made with'); END;

    """
}

/// Keeps the system that a host had in each session: its fingerprint outlives updates. Null for sessions from before.
enum OperatingSystemMigration {
  static let sql = """
    ALTER TABLE sessions ADD COLUMN operating_system TEXT;

    CREATE TRIGGER sessions_keep_system BEFORE UPDATE OF operating_system ON sessions
    WHEN OLD.operating_system IS NOT NEW.operating_system
    BEGIN SELECT raise(ABORT, 'a session keeps what it was started for'); END;

    """
}
