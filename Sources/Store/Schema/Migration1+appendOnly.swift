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
