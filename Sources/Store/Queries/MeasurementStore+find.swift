import GRDB
import Measurements

extension MeasurementStore {
  /// The newest session of these models under that envelope that can be resumed: interrupted, or running where its
  /// process died.
  ///
  /// - Parameter hostFingerprint: Only a session of that host; nil for any, which is right where nothing was imported.
  public func unfinished(
    envelope: EnvelopeHash, resident: ModelID?, candidate: ModelID, hostFingerprint: String? = nil
  ) throws(StoreError) -> SessionNumber? {
    try read { database in
      try Int64.fetchOne(
        database,
        sql: """
          SELECT max(number) FROM sessions
          WHERE state <> 'complete' AND envelope_hash = ? AND resident IS ? AND candidate = ?
            AND (? IS NULL OR host = ?)
          """,
        arguments: [
          envelope.rawValue, resident?.rawValue, candidate.rawValue, hostFingerprint, hostFingerprint,
        ]
      ).map(SessionNumber.init(rawValue:))
    }
  }

  /// The complete comparisons of exactly these weights under that envelope on that host whose last verdict is other than
  /// inconclusive, oldest first, with their UUIDs, starts in seconds since 1970 and environments: what a verdict's
  /// maturity counts.
  public func validatedComparisons(
    candidate: WeightsHash, resident: WeightsHash, envelope: EnvelopeHash, hostFingerprint: String
  ) throws(StoreError) -> [(session: SessionNumber, uuid: String, startedAt: Double, environment: EnvironmentClass)] {
    try read { database in
      try SessionRow.fetchAll(
        database,
        sql: """
          SELECT * FROM sessions
          WHERE state = 'complete' AND envelope_hash = ? AND host = ?
            AND (SELECT outcome FROM verdicts WHERE session = sessions.number ORDER BY id DESC LIMIT 1) <> 'inconclusive'
            AND EXISTS (
              SELECT 1 FROM runs WHERE session = sessions.number AND side = 'resident' AND weights_hash = ?)
            AND EXISTS (
              SELECT 1 FROM runs WHERE session = sessions.number AND side = 'candidate' AND weights_hash = ?)
          ORDER BY started_at_s, number
          """,
        arguments: [envelope.rawValue, hostFingerprint, resident.rawValue, candidate.rawValue]
      ).compactMap { row in
        guard let number = row.number, let environment = EnvironmentClass(rawValue: row.environment) else { return nil }
        return (SessionNumber(rawValue: number), row.uuid, row.startedAt, environment)
      }
    }
  }
}
