import GRDB
import Measurements

/// That a session was set aside, or that this was taken back.
public struct SetAsideRecord: Sendable, Equatable {
  /// Seconds since 1970.
  public var recordedAt: Double
  /// False where it takes back an earlier one.
  public var isSetAside: Bool
  public var why: String
  /// Nil where a dataset says it.
  public var requestedBy: String?

  public init(recordedAt: Double, isSetAside: Bool, why: String, requestedBy: String?) {
    self.recordedAt = recordedAt
    self.isSetAside = isSetAside
    self.why = why
    self.requestedBy = requestedBy
  }
}

extension MeasurementStore {
  /// Takes a session out of every decision, until it is restored. Nothing of it is deleted.
  ///
  /// What it was as an attempt to unseat a resident stays counted, and no comparison adds to its challenge any more, so
  /// nobody gains by setting a loss aside.
  ///
  /// - Throws: `cannotSetAside` for a session that runs or is set aside already, `invalidValue` for an empty reason.
  public func setAside(_ number: SessionNumber, why: String, requestedBy: String) throws(StoreError) {
    try change(number, isSetAside: true, why, requestedBy)
  }

  /// Lets a session that was set aside take part in decisions again.
  ///
  /// - Throws: `cannotRestore` for a session that is not set aside.
  public func restore(_ number: SessionNumber, why: String, requestedBy: String) throws(StoreError) {
    try change(number, isSetAside: false, why, requestedBy)
  }

  private func change(
    _ number: SessionNumber, isSetAside: Bool, _ why: String, _ requestedBy: String
  ) throws(StoreError) {
    if isSetAside, why.allSatisfy(\.isWhitespace) {
      throw .invalidValue(of: "the reason", problem: "is empty; say why the session is set aside")
    }
    try write { database in
      let state = try self.state(of: try self.row(of: number, database))
      let present = try self.mark(of: number, database).setAside
      if isSetAside {
        guard state != .running else { throw StoreError.cannotSetAside(number, "it is being measured; end it first") }
        if let present { throw StoreError.cannotSetAside(number, "it is set aside already: \(present.why)") }
      } else if present == nil {
        throw StoreError.cannotRestore(number)
      }
      let record = SetAsideRecord(
        recordedAt: self.clock(), isSetAside: isSetAside, why: why, requestedBy: requestedBy)
      try self.insert(record, session: number, database)
    }
  }

  func insert(_ record: SetAsideRecord, session: SessionNumber, _ database: Database) throws {
    try SetAsideRow(
      session: session.rawValue, recordedAt: record.recordedAt, isSetAside: record.isSetAside,
      why: record.why.storable, requestedBy: record.requestedBy?.storable
    ).insert(database)
  }

  /// How often a session was set aside and restored, oldest first.
  public func setAsides(of number: SessionNumber) throws(StoreError) -> [SetAsideRecord] {
    try read { database in
      try SetAsideRow.filter(Column("session") == number.rawValue).order(Column("id")).fetchAll(database)
        .map(\.record)
    }
  }
}

/// A row of the table `set_asides`.
struct SetAsideRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "set_asides"

  var session: Int64
  var recordedAt: Double
  var isSetAside: Bool
  var why: String
  var requestedBy: String?

  enum CodingKeys: String, CodingKey {
    case session, why
    case recordedAt = "recorded_at_s"
    case isSetAside = "is_set_aside"
    case requestedBy = "requested_by"
  }

  var record: SetAsideRecord {
    SetAsideRecord(recordedAt: recordedAt, isSetAside: isSetAside, why: why, requestedBy: requestedBy)
  }
}
