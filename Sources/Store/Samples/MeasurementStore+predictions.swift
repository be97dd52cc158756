import GRDB
import Measurements

/// What was predicted of a model on a host beside what its newest run there measured.
public struct HostPrediction: Sendable, Equatable {
  public var session: SessionNumber
  public var host: Host
  public var reading: PredictionReading

  public init(session: SessionNumber, host: Host, reading: PredictionReading) {
    (self.session, self.host, self.reading) = (session, host, reading)
  }
}

extension MeasurementStore {
  /// The newest run of each model on each host of which anything was predicted, newest first.
  ///
  /// Runs under load are none: what is predicted is of a machine that does nothing else.
  ///
  /// - Parameter fingerprint: Only of that host, and only what was measured here; nil for all.
  /// - Complexity: O(*n*) in runs, and in the samples of the runs that are returned.
  public func predictions(onHost fingerprint: String? = nil) throws(StoreError) -> [HostPrediction] {
    try read { database in
      let rows = try PredictedRun.fetchAll(
        database,
        sql: """
          SELECT session, runs.number AS run, side, model, host FROM runs JOIN sessions ON sessions.number = runs.session
          WHERE sessions.state = 'complete' AND sessions.environment = 'isolated'
            AND runs.description LIKE '%"prediction":%'
            AND (:host IS NULL OR (host = :host AND sessions.import IS NULL))
          ORDER BY session DESC, run
          """, arguments: ["host": fingerprint])
      let hosts = Dictionary(
        try HostRow.fetchAll(database).map { ($0.fingerprint, $0.host) }, uniquingKeysWith: { first, _ in first })
      var seen: Set<[String]> = []
      return try rows.compactMap { row in
        guard let host = hosts[row.host], seen.insert([row.host, row.model]).inserted,
          let run = try RunRow.filter(Column("number") == row.run).fetchOne(database)?.run
        else { return nil }
        let number = SessionNumber(rawValue: row.session)
        let samples = try self.samples(
          of: number, side: row.side.flatMap(Side.init(rawValue:)), scope: .blocks, database)
        return PredictionReading(run, samples).map { HostPrediction(session: number, host: host, reading: $0) }
      }
    }
  }
}

private struct PredictedRun: Codable, FetchableRecord {
  var session: Int64
  var run: Int64
  var side: String?
  var model: String
  var host: String
}
