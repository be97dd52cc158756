/// What unattended runs leave behind: incidents, the machine around each block, memory over time, and the nights.
///
/// A trace's `series` holds the differences of its values, one a second, as zigzag LEB128: see `MemorySeries`.
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
