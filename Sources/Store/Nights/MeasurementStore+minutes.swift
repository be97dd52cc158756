import GRDB
import Measurements

extension MeasurementStore {
  /// How long each complete session took, loading included, and whether every sample is a success.
  public func durations() throws(StoreError) -> [SessionNumber: (minutes: Double, isWhole: Bool)] {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT runs.session AS session,
            max(samples.started_at_s + samples.elapsed_ns / 1e9) - sessions.started_at_s
              + (SELECT sum(load_s + readiness_s) FROM runs own WHERE own.session = sessions.number) AS seconds,
            min(samples.status = 'success') AS is_whole
          FROM sessions JOIN runs ON runs.session = sessions.number JOIN samples ON samples.run = runs.number
          WHERE sessions.state = 'complete' GROUP BY sessions.number
          """)
      return Dictionary(
        rows.map { row in
          let seconds: Double = row["seconds"] ?? 0
          let isWhole: Bool = row["is_whole"] ?? false
          return (SessionNumber(rawValue: row["session"]), (max(0, seconds) / 60, isWhole))
        }, uniquingKeysWith: { first, _ in first })
    }
  }
}
