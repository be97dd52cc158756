import GRDB
import JSON

extension MeasurementStore {
  /// Keeps the summary of a night.
  public func record(night summary: JSONValue, startedAt: Double) throws(StoreError) {
    guard startedAt.isFinite else {
      throw .invalidValue(of: "the night", problem: "has a time that is not finite")
    }
    try write { try NightRow(startedAt: startedAt, summary: summary.serialized()).insert($0) }
  }

  /// The summaries of all nights, oldest first.
  public func nights() throws(StoreError) -> [(startedAt: Double, summary: JSONValue)] {
    try read { database in
      try NightRow.order(Column("id")).fetchAll(database).map { row in
        guard let summary = try? JSONValue(parsing: row.summary) else { throw self.damaged("a night's summary") }
        return (row.startedAt, summary)
      }
    }
  }
}

private struct NightRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "nights"

  var startedAt: Double
  var summary: String

  enum CodingKeys: String, CodingKey {
    case summary
    case startedAt = "started_at_s"
  }
}
