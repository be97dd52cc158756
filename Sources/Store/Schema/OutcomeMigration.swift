/// Gives every kind of outcome columns of its own: a turn its round, a text its scores.
///
/// Before, a turn was the item `#` and its round, and a text was an answer, `perplexity` or `divergence from` and the
/// reference, that was correct. `samples.text_scores` is a JSON array as in ``Migration1``, of log-probabilities if
/// `text_reference` is null and else of divergences from the weights of that hash, in nats per token.
///
/// SQLite adds no constraint to a table, so the table is built anew.
enum OutcomeMigration {
  static let sql =
    """
    DROP VIEW throughput;
    DROP VIEW tool_turns;

    CREATE TABLE samples_by_outcome (
      id INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (number),
      cell TEXT NOT NULL,
      block INTEGER NOT NULL CHECK (block >= 0),
      repetition INTEGER NOT NULL CHECK (repetition >= 0),
      item TEXT,
      round INTEGER CHECK (round >= 1),
      started_at_s REAL NOT NULL,
      elapsed_ns INTEGER NOT NULL CHECK (elapsed_ns >= 0),
      peak_memory_bytes INTEGER NOT NULL CHECK (peak_memory_bytes >= 0),
      load_average REAL NOT NULL,
      status TEXT NOT NULL
        CHECK (status IN ('success', 'failed', 'capacity_gated', 'unsupported', 'aborted', 'not_applicable')),
      message TEXT,
      prompt_tokens INTEGER,
      cached_tokens INTEGER,
      sequences INTEGER CHECK (sequences >= 1), -- null for one
      decode_tokens INTEGER,
      first_token_ns INTEGER,
      last_token_ns INTEGER,
      token_ns BLOB,
      answer TEXT,
      is_correct INTEGER CHECK (is_correct IN (0, 1)),
      option_scores TEXT CHECK (option_scores IS NULL OR json_valid(option_scores)),
      completion_tokens INTEGER,
      text_scores TEXT CHECK (text_scores IS NULL OR json_valid(text_scores)),
      text_reference TEXT,
      CHECK (item IS NULL OR round IS NULL),
      CHECK ((message IS NULL) = (status = 'success')),
      CHECK ((prompt_tokens IS NOT NULL) + (answer IS NOT NULL) + (text_scores IS NOT NULL) = (status = 'success')),
      CHECK ((prompt_tokens IS NULL) = (cached_tokens IS NULL) AND (prompt_tokens IS NULL) = (token_ns IS NULL)
        AND (prompt_tokens IS NULL) = (decode_tokens IS NULL)),
      CHECK ((answer IS NULL) = (is_correct IS NULL) AND (answer IS NULL) = (option_scores IS NULL)
        AND (answer IS NULL) = (completion_tokens IS NULL)),
      CHECK (text_reference IS NULL OR text_scores IS NOT NULL)
    ) STRICT;

    INSERT INTO samples_by_outcome
    SELECT
      id, run, cell, block, repetition, iif(is_turn, NULL, item), iif(is_turn, CAST(substr(item, 2) AS INTEGER), NULL),
      started_at_s, elapsed_ns, peak_memory_bytes, load_average, status, message, prompt_tokens, cached_tokens, sequences,
      decode_tokens, first_token_ns, last_token_ns, token_ns,
      iif(is_text, NULL, answer), iif(is_text, NULL, is_correct), iif(is_text, NULL, option_scores),
      iif(is_text, NULL, completion_tokens), iif(is_text, option_scores, NULL),
      iif(is_text AND answer <> 'perplexity', substr(answer, length('divergence from ') + 1), NULL)
    FROM (
      SELECT *,
        ifnull(item GLOB '#[1-9]*' AND substr(item, 2) NOT GLOB '*[^0-9]*', FALSE) AS is_turn,
        ifnull(option_scores <> '[]' AND (answer = 'perplexity' OR answer GLOB 'divergence from *'), FALSE) AS is_text
      FROM samples)
    ORDER BY id;

    DROP TABLE samples;
    ALTER TABLE samples_by_outcome RENAME TO samples;

    CREATE UNIQUE INDEX samples_by_place
      ON samples (run, cell, block, repetition, ifnull(item, ''), ifnull(round, 0));
    CREATE INDEX samples_of_blocks ON samples (run) WHERE item IS NULL;

    CREATE TRIGGER samples_never_change BEFORE UPDATE ON samples
    BEGIN SELECT raise(ABORT, 'samples never change'); END;
    CREATE TRIGGER samples_are_kept BEFORE DELETE ON samples
    BEGIN SELECT raise(ABORT, 'samples are kept'); END;
    CREATE TRIGGER samples_are_not_replaced_by_id BEFORE INSERT ON samples
    WHEN EXISTS (SELECT 1 FROM samples WHERE id = NEW.id)
    BEGIN SELECT raise(ABORT, 'samples are not replaced'); END;
    CREATE TRIGGER samples_while_running BEFORE INSERT ON samples
    WHEN (SELECT state FROM sessions JOIN runs ON runs.session = sessions.number WHERE runs.number = NEW.run)
      <> 'running'
    BEGIN SELECT raise(ABORT, 'only a running session takes samples'); END;
    CREATE TRIGGER samples_once BEFORE INSERT ON samples
    WHEN EXISTS (
      SELECT 1 FROM runs own JOIN runs ON runs.session = own.session AND runs.side IS own.side
      JOIN samples ON samples.run = runs.number
      WHERE own.number = NEW.run AND samples.cell = NEW.cell AND samples.block = NEW.block
        AND samples.repetition = NEW.repetition AND ifnull(samples.item, '') = ifnull(NEW.item, '')
        AND ifnull(samples.round, 0) = ifnull(NEW.round, 0))
    BEGIN SELECT raise(ABORT, 'a place is measured once'); END;

    ALTER TABLE turns DROP COLUMN round;

    CREATE VIEW tool_turns AS
    SELECT
      runs.session, runs.side, runs.model, samples.cell, samples.block, samples.repetition, samples.round,
      samples.prompt_tokens, samples.cached_tokens, samples.decode_tokens,
      samples.first_token_ns / 1e6 AS first_token_latency_ms, samples.elapsed_ns / 1e6 AS turn_latency_ms,
      samples.peak_memory_bytes, turns.parser, turns.failures, turns.detail, turns.is_answered
    FROM turns JOIN samples ON samples.id = turns.sample JOIN runs ON runs.number = samples.run;

    """ + ConcurrencyMigration.throughputView
}
