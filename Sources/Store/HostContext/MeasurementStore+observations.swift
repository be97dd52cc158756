import Foundation
import GRDB
import Measurements

extension MeasurementStore {
  /// Keeps what was seen of the machine around a block.
  public func record(
    _ observation: BlockObservation, cell: CellID, block: Int, session: SessionNumber
  ) throws(StoreError) {
    try write { try self.insert(observation, cell: cell, block: block, session: session, $0) }
  }

  func insert(
    _ observation: BlockObservation, cell: CellID, block: Int, session: SessionNumber, _ database: Database
  ) throws {
    let reading = try insert(observation.reading, cell: cell, block: block, session: session, database)
    for trace in observation.traces { try insert(trace, reading: reading, database) }
  }

  /// - Returns: The number of the reading's row.
  func insert(
    _ reading: HostReading, cell: CellID, block: Int, session: SessionNumber, _ database: Database
  ) throws -> Int64 {
    try HostReadingRow(reading, cell: cell, block: block, session: session).insert(database)
    return database.lastInsertedRowID
  }

  func insert(_ trace: MemoryTrace, reading: Int64, _ database: Database) throws {
    try TraceRow(
      reading: reading, subject: trace.subject.rawValue, startedAt: trace.startedAt,
      series: Data(MemorySeries.encode(trace.values))
    ).insert(database)
  }

  /// What was seen of the machine around the blocks of a session, in the order of measurement; a block that was begun
  /// twice has two.
  public func observations(
    of session: SessionNumber
  ) throws(StoreError) -> [(cell: CellID, block: Int, observation: BlockObservation)] {
    try read { database in
      let rows = try HostReadingRow.filter(Column("session") == session.rawValue).order(Column("id"))
        .fetchAll(database)
      return try rows.map { row in
        let traces = try TraceRow.filter(Column("reading") == row.id).order(Column("id")).fetchAll(database)
        return (
          CellID(rawValue: row.cell), row.block,
          BlockObservation(
            reading: row.reading,
            traces: try traces.map { trace in
              guard let subject = MemoryTrace.Subject(rawValue: trace.subject),
                let values = MemorySeries.decode(trace.series)
              else { throw self.damaged("a memory trace of session \(session)") }
              return MemoryTrace(subject: subject, startedAt: trace.startedAt, values: values)
            })
        )
      }
    }
  }
}

private struct HostReadingRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "host_readings"

  var id: Int64?
  var session: Int64
  var cell: String
  var block: Int
  var loadAverage: Double
  var stealShare: Double?
  var freeMemoryBytes: Int
  var swapBytes: Int
  var temperature: Double?
  var isOnMains: Bool?
  var calibrationRate: Double?

  enum CodingKeys: String, CodingKey {
    case id, session, cell, block
    case loadAverage = "load_average"
    case stealShare = "steal_share"
    case freeMemoryBytes = "free_memory_bytes"
    case swapBytes = "swap_bytes"
    case temperature = "temperature_c"
    case isOnMains = "is_on_mains"
    case calibrationRate = "calibration_rate"
  }

  init(_ reading: HostReading, cell: CellID, block: Int, session: SessionNumber) {
    self.session = session.rawValue
    self.cell = cell.rawValue
    self.block = block
    loadAverage = reading.loadAverage
    stealShare = reading.stealShare
    freeMemoryBytes = reading.freeMemoryBytes
    swapBytes = reading.swapBytes
    temperature = reading.temperature
    isOnMains = reading.isOnMains
    calibrationRate = reading.calibrationRate
  }

  var reading: HostReading {
    HostReading(
      loadAverage: loadAverage, stealShare: stealShare, freeMemoryBytes: freeMemoryBytes, swapBytes: swapBytes,
      temperature: temperature, isOnMains: isOnMains, calibrationRate: calibrationRate)
  }
}

private struct TraceRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "memory_traces"

  var reading: Int64
  var subject: String
  var startedAt: Double
  var series: Data

  enum CodingKeys: String, CodingKey {
    case reading, subject, series
    case startedAt = "started_at_s"
  }
}

extension MeasurementStore {
  /// What went on around a session's samples.
  public func context(of session: SessionNumber) throws(StoreError) -> HostContext {
    HostContext(
      incidents: try incidents(of: session),
      blocks: try observations(of: session).map { .init(cell: $0.cell, block: $0.block, observation: $0.observation) })
  }

  /// - Throws: `invalidValue` for what nobody can have seen.
  static func validate(_ reading: HostReading, cell: CellID, block: Int) throws(StoreError) {
    let figures = [reading.loadAverage, reading.stealShare, reading.temperature, reading.calibrationRate]
    guard block >= 0, !cell.rawValue.utf8.contains(0), figures.compactMap(\.self).allSatisfy(\.isFinite) else {
      throw .invalidValue(
        of: "the reading of the host",
        problem: "has a negative block, a figure that is not finite or a cell whose name contains U+0000")
    }
  }
}
