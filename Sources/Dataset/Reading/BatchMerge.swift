import JSON
import Measurements
import Store

/// A batch of a dataset that is to be merged.
struct ImportBatch {
  let entry: IndexEntry
  let source: ImportSource
  /// The entry's path within the dataset.
  let name: String
}

/// Merges the sessions of some batches that a store lacks, with all that belongs to them, row by row.
///
/// Several at once, since starting DuckDB takes longer than reading a small batch.
final class BatchMerge {
  /// A session that a batch has.
  private struct Place: Hashable {
    /// The batch's position.
    let batch: Int
    /// The session's UUID.
    let session: String
  }

  private let batches: [ImportBatch]
  private let dataset: PublishedDataset
  private let envelopes: [EnvelopeHash: JSONValue]
  private let here: Host?
  private let merge: StoreMerge
  /// The position of each shard's batch, by the shard's path.
  private var positions: [String: Int] = [:]
  /// The sessions that are added; nil for those that the store has.
  private var sessions: [Place: OpenSession?] = [:]
  /// The numbers of the batches that have new sessions, by position.
  private var numbers: [Int: Int64] = [:]
  /// What envelopes say of their cells, by hash.
  private var cells: [EnvelopeHash: EnvelopeCells] = [:]
  /// The rows that were read of each shard.
  private var rows: [String: Int] = [:]

  /// - Parameters:
  ///   - envelopes: Of the whole dataset, all of them checked.
  ///   - here: This machine, whose description no dataset may change but for its system, which was another once.
  init(
    _ batches: [ImportBatch], of dataset: PublishedDataset, _ envelopes: [EnvelopeHash: JSONValue], here: Host?,
    into merge: StoreMerge
  ) {
    self.batches = batches
    self.dataset = dataset
    self.envelopes = envelopes
    self.here = here
    self.merge = merge
  }

  func run(_ report: inout DatasetImporter.Report) throws(DatasetError) {
    for (position, batch) in batches.enumerated() { try begin(batch, at: position) }
    if !numbers.isEmpty {
      try forEachRow(of: .sessions, SessionColumn.self) { row throws(DatasetError) in try self.open(row) }
      try forEachRow(of: .runs, RunColumn.self) { row throws(DatasetError) in try self.addRun(row) }
      try forEachRow(of: .samples, SampleColumn.self) { row throws(DatasetError) in try self.addSample(row) }
      try forEachRow(of: .incidents, IncidentColumn.self) { row throws(DatasetError) in try self.addIncident(row) }
      try forEachRow(of: .hostReadings, HostReadingColumn.self) { row throws(DatasetError) in
        try self.addReading(row)
      }
      try forEachRow(of: .memoryTraces, MemoryTraceColumn.self) { row throws(DatasetError) in try self.addTrace(row) }
    }
    for (position, batch) in batches.enumerated() { try finish(batch, at: position, &report) }
  }

  /// Takes note of a batch's sessions, and of where its shards belong if any of them is new.
  private func begin(_ batch: ImportBatch, at position: Int) throws(DatasetError) {
    var hasNew = false
    for session in batch.entry.sessions {
      let isKnown =
        try stored { () throws(StoreError) in try merge.session(session.uuid, signedBy: batch.source.signer) } != nil
      let place = Place(batch: position, session: session.uuid)
      guard sessions.updateValue(nil, forKey: place) == nil else {
        throw .malformed(name: batch.name, line: 1, problem: "\"sessions\" has \(session.uuid) twice")
      }
      if !isKnown { hasNew = true }
    }
    guard hasNew else { return }
    for shard in batch.entry.shards {
      try shard.name.check(in: dataset.folder)
      positions[shard.name.path] = position
    }
    numbers[position] = try stored { () throws(StoreError) in try merge.begin(batch.source) }
  }

  private func finish(
    _ batch: ImportBatch, at position: Int, _ report: inout DatasetImporter.Report
  ) throws(DatasetError) {
    if numbers[position] != nil { try checkRowCounts(batch) }
    for declared in batch.entry.sessions {
      guard let session = sessions[Place(batch: position, session: declared.uuid)] ?? nil else {
        report.unchanged += 1
        continue
      }
      try session.checkCounts(declared, in: batch.name)
      try stored { () throws(StoreError) in try merge.finish(session.number) }
      report.sessions += 1
      report.samples += session.sampleCount
      if batch.source.signer != nil { report.signed += 1 }
    }
  }

  private func open(_ row: TableRow<SessionColumn>) throws(DatasetError) {
    var session = try MeasurementSession(row)
    let (place, number) = try batch(of: row, session.uuid)
    guard let known = sessions[place] else {
      throw row.error("\"session\" is \(session.uuid), which the index entry does not name")
    }
    guard known == nil else { throw row.error("\"session\" repeats \(session.uuid)") }
    try row.check(session)
    let signer = batches[place.batch].source.signer
    let origin: PublishedOrigin = try row.optionalChoice(.origin) ?? .measured
    if signer != nil, origin == .imported {
      throw row.error("\"origin\" is imported, and a signature is only of sessions that the signer measured")
    }
    guard let envelope = envelopes[session.envelopeHash] else {
      throw row.error("\"envelope_hash\" is of an envelope that the dataset lacks")
    }
    let present = try stored { () throws(StoreError) in try merge.session(session.uuid, signedBy: signer) }
    guard present == nil else { return }
    if let here, session.host.fingerprint == here.fingerprint {
      let operatingSystem = session.host.operatingSystem
      session.host = here
      session.host.operatingSystem = operatingSystem
    }
    let opened = try stored(row) { () throws(StoreError) in
      try merge.open(session, envelope: envelope, from: number)
    }
    for void in try [BlockVoid](row) {
      try stored(row) { () throws(StoreError) in try merge.void(void, in: opened) }
    }
    let cells = self.cells[session.envelopeHash] ?? EnvelopeCells(envelope)
    self.cells[session.envelopeHash] = cells
    sessions[place] = OpenSession(
      number: opened, row: row, cells: cells, isComparison: session.resident != nil,
      declaredRuns: try row.integer(.runs), declaredSamples: try row.integer(.samples))
  }

  private func addRun(_ row: TableRow<RunColumn>) throws(DatasetError) {
    guard let session = try session(row, .session) else { return }
    let run = try Run(row)
    guard try row.integer(.run) == session.runs.count, session.runs.count < PublishedDataset.runLimit else {
      throw row.error("\"run\" is not the next of its session")
    }
    session.runs.append(
      (try stored(row) { () throws(StoreError) in try merge.append(run, to: session.number) }, run.side))
  }

  private func addSample(_ row: TableRow<SampleColumn>) throws(DatasetError) {
    guard let session = try session(row, .session) else { return }
    let run = try row.integer(.run)
    guard session.runs.indices.contains(run) else { throw row.error("\"run\" is \(run), which `runs` lacks") }
    let sample = try Sample(row)
    try row.checkTime(.startedAt)
    if let missing = session.cells.missingRegime(of: sample) {
      throw row.error("\"cell\": a figure needs \(missing)")
    }
    let (number, side) = session.runs[run]
    try stored(row) { () throws(StoreError) in try merge.append(sample, to: number) }
    session.sampleCount += 1
    session.sides.insert(side)
  }

  private func addIncident(_ row: TableRow<IncidentColumn>) throws(DatasetError) {
    guard let session = try session(row, .session) else { return }
    let incident = try Incident(row)
    try row.checkTime(.occurredAt)
    try stored(row) { () throws(StoreError) in try merge.append(incident, to: session.number) }
  }

  private func addReading(_ row: TableRow<HostReadingColumn>) throws(DatasetError) {
    guard let session = try session(row, .session) else { return }
    guard try row.integer(.reading) == session.readings.count else {
      throw row.error("\"reading\" is not the next of its session")
    }
    let (reading, cell, block) = (try HostReading(row), CellID(rawValue: try row.text(.cell)), try row.integer(.block))
    session.readings.append(
      try stored(row) { () throws(StoreError) in
        try merge.append(reading, cell: cell, block: block, to: session.number)
      })
  }

  private func addTrace(_ row: TableRow<MemoryTraceColumn>) throws(DatasetError) {
    guard let session = try session(row, .session) else { return }
    let reading = try row.integer(.reading)
    guard session.readings.indices.contains(reading) else {
      throw row.error("\"reading\" is \(reading), which `host_readings` lacks")
    }
    let trace = try MemoryTrace(row)
    try row.checkTime(.startedAt)
    try stored(row) { () throws(StoreError) in try merge.append(trace, toReading: session.readings[reading]) }
  }
}

extension BatchMerge {
  /// The session that a row is of; nil for one that the store had.
  ///
  /// - Throws: `malformed` for a session that the batch does not have.
  private func session<Column: TableColumn>(
    _ row: TableRow<Column>, _ column: Column
  ) throws(DatasetError) -> OpenSession? {
    let uuid = try row.text(column)
    guard let session = sessions[try batch(of: row, uuid).place] else {
      throw row.error("\"session\" is \(uuid), which the batch lacks")
    }
    return session
  }

  /// Where a row's session stands, and the number of the batch whose shard has the row.
  private func batch<Column: TableColumn>(
    of row: TableRow<Column>, _ session: String
  ) throws(DatasetError) -> (place: Place, number: Int64) {
    guard let position = positions[row.name], let number = numbers[position] else {
      throw row.error("the shard is of no batch")
    }
    return (Place(batch: position, session: session), number)
  }

  private func forEachRow<Column: TableColumn>(
    of table: DatasetTable, _ column: Column.Type, _ body: (TableRow<Column>) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    let entries = batches.indices.filter { numbers[$0] != nil }.map { batches[$0].entry }
    try dataset.forEachRow(of: table, in: entries, column) { row throws(DatasetError) in
      self.rows[row.name, default: 0] += 1
      try body(row)
    }
  }

  /// - Throws: `malformed` if a shard has more or fewer rows than the index says, or a session has no row.
  private func checkRowCounts(_ batch: ImportBatch) throws(DatasetError) {
    for shard in batch.entry.shards {
      guard let table = shard.name.table, Self.tables.contains(table) else { continue }
      let count = rows[shard.name.path] ?? 0
      guard count == shard.rows else {
        throw .malformed(
          name: batch.name, line: 1,
          problem: "\"rows\" of \(shard.name.path) is \(shard.rows), and it has \(count)")
      }
    }
    let (declared, count) = (
      batch.entry.sessions.count, batch.entry.shards(of: .sessions).reduce(0) { $0 + (rows[$1.path] ?? 0) }
    )
    guard count == declared else {
      throw .malformed(
        name: batch.name, line: 1, problem: "\"sessions\" has \(declared), and the shards have \(count)")
    }
  }

  /// Those whose rows are read here.
  private static let tables: Set<DatasetTable> = [
    .sessions, .runs, .samples, .incidents, .hostReadings, .memoryTraces,
  ]

  private func stored<Value>(_ body: () throws(StoreError) -> Value) throws(DatasetError) -> Value {
    do throws(StoreError) { return try body() } catch { throw .store(error) }
  }

  /// What the store refuses of a row is the row's fault; that it can't be written is not.
  private func stored<Column: TableColumn, Value>(
    _ row: TableRow<Column>, _ body: () throws(StoreError) -> Value
  ) throws(DatasetError) -> Value {
    do throws(StoreError) {
      return try body()
    } catch {
      if case .file = error { throw .store(error) }
      throw row.error(error.description)
    }
  }
}
