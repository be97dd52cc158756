/// Turns of tool loops.
///
/// A turn is a row of `samples` with times and with the item `#` and its round, and a row here. What was judged is null
/// in a replay. `failures` is a JSON array of the failure taxonomy's names, empty for a valid turn.
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
