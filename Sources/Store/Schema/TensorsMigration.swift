/// Tells weights by their tensors, whatever files they are in.
///
/// `runs.tensors_hash` is null where the worker reported none, and for runs from before. `runs.conditions` is what the
/// worker reported of what it ran under, as a JSON object. `sessions.unfinished_challenges` is a JSON array of the lower
/// challenges of the same resident that were not brought to their end when the session began; null for sessions from
/// before.
enum TensorsMigration {
  static let sql = """
    ALTER TABLE runs ADD COLUMN tensors_hash TEXT CHECK (tensors_hash IS NULL OR weights_hash IS NOT NULL);
    ALTER TABLE runs ADD COLUMN conditions TEXT CHECK (conditions IS NULL OR json_valid(conditions));
    CREATE INDEX runs_by_weights ON runs (weights_hash, tensors_hash);
    CREATE INDEX runs_by_tensors ON runs (tensors_hash, weights_hash) WHERE tensors_hash IS NOT NULL;

    ALTER TABLE sessions ADD COLUMN unfinished_challenges TEXT
      CHECK (unfinished_challenges IS NULL OR json_valid(unfinished_challenges));
    CREATE TRIGGER sessions_keep_unfinished_challenges BEFORE UPDATE OF unfinished_challenges ON sessions
    WHEN OLD.unfinished_challenges IS NOT NEW.unfinished_challenges
    BEGIN SELECT raise(ABORT, 'a session keeps its unfinished challenges'); END;

    """
}
