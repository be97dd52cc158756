/// Keeps where each session comes from, and which were set aside.
///
/// A session with an `import` was merged from a batch of a dataset, others were measured into this database. `imports` has
/// a row per batch; what is null in it was not kept. The last row of a session in `set_asides` says whether it is.
///
/// A merge adds the samples of one run after those of the one before, and always did, while a comparison adds those of
/// both sides in turns. So sessions from before with samples of two runs between each other were measured here, as were
/// those that are not complete; one of a single model decides nothing and is left as it is. A comparison by several blocks
/// whose sides took no turns was merged. Where there is one, what remains may have been merged too: all of these are taken
/// for imports, which decide nothing.
enum OriginMigration {
  static let sql =
    """
    CREATE TABLE imports (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      imported_at_s REAL,
      dataset TEXT,
      batch TEXT,
      signer TEXT -- the fingerprint of the key that signed it; null if none did
    ) STRICT;

    CREATE TABLE set_asides (
      id INTEGER PRIMARY KEY,
      session INTEGER NOT NULL REFERENCES sessions (number),
      recorded_at_s REAL NOT NULL,
      is_set_aside INTEGER NOT NULL CHECK (is_set_aside IN (0, 1)), -- 0 takes it back
      why TEXT NOT NULL,
      requested_by TEXT
    ) STRICT;
    CREATE INDEX set_asides_by_session ON set_asides (session);

    ALTER TABLE sessions ADD COLUMN import INTEGER REFERENCES imports (number);

    DROP TRIGGER sessions_stay_complete;

    CREATE TEMP TABLE known_as_measured AS
    WITH spans AS (
      SELECT runs.session, runs.number, min(samples.id) AS first, max(samples.id) AS last
      FROM runs JOIN samples ON samples.run = runs.number GROUP BY runs.number)
    SELECT number FROM sessions WHERE state <> 'complete'
    UNION
    SELECT session FROM runs GROUP BY session HAVING count(*) = 1
    UNION
    SELECT one.session FROM spans one JOIN spans other ON other.session = one.session
    WHERE one.number < other.number AND other.first < one.last;

    -- Without a comparison that was merged for certain, nothing was.
    INSERT INTO known_as_measured
    SELECT number FROM sessions WHERE number NOT IN (SELECT number FROM known_as_measured) AND NOT EXISTS (
      SELECT 1 FROM sessions other WHERE other.number NOT IN (SELECT number FROM known_as_measured)
        AND 1 < (
          SELECT min(blocks) FROM (
            SELECT count(DISTINCT samples.cell || ' ' || samples.block) AS blocks FROM runs JOIN samples ON samples.run = runs.number
            WHERE runs.session = other.number AND samples.item IS NULL GROUP BY runs.number)));

    INSERT INTO imports (number)
    SELECT 1 WHERE EXISTS (SELECT 1 FROM sessions WHERE number NOT IN (SELECT number FROM known_as_measured));
    UPDATE sessions SET import = 1 WHERE number NOT IN (SELECT number FROM known_as_measured);

    DROP TABLE known_as_measured;

    CREATE TRIGGER sessions_stay_complete BEFORE UPDATE ON sessions WHEN OLD.state = 'complete'
    BEGIN SELECT raise(ABORT, 'a complete session is final'); END;

    CREATE TRIGGER sessions_keep_origin BEFORE UPDATE OF import ON sessions WHEN OLD.import IS NOT NEW.import
    BEGIN SELECT raise(ABORT, 'a session keeps its origin'); END;

    CREATE VIEW session_marks AS
    SELECT
      sessions.number AS session, iif(sessions.import IS NULL, 'measured', 'imported') AS origin,
      imports.dataset, imports.batch, imports.imported_at_s, imports.signer AS signed_by,
      ifnull(last.is_set_aside, 0) AS is_set_aside, iif(last.is_set_aside, last.why, NULL) AS why_set_aside
    FROM sessions
    LEFT JOIN imports ON imports.number = sessions.import
    LEFT JOIN set_asides last
      ON last.id = (SELECT max(id) FROM set_asides WHERE set_asides.session = sessions.number);

    """ + refusingChanges(of: "imports", key: "number") + refusingChanges(of: "set_asides", key: "id")

  private static func refusingChanges(of table: String, key: String) -> String {
    """
    CREATE TRIGGER \(table)_never_change BEFORE UPDATE ON \(table)
    BEGIN SELECT raise(ABORT, '\(table) never change'); END;
    CREATE TRIGGER \(table)_are_kept BEFORE DELETE ON \(table)
    BEGIN SELECT raise(ABORT, '\(table) are kept'); END;
    CREATE TRIGGER \(table)_are_not_replaced BEFORE INSERT ON \(table)
    WHEN EXISTS (SELECT 1 FROM \(table) WHERE \(key) = NEW.\(key))
    BEGIN SELECT raise(ABORT, '\(table) are not replaced'); END;

    """
  }
}
