import JSON
import Measurements
import Store

/// Merges the sessions of one batch that a store lacks, with all that belongs to them, row by row.
final class BatchMerge {
  private let entry: IndexEntry
  /// The entry's path within the dataset.
  private let name: String
  private let dataset: PublishedDataset
  private let source: ImportSource
  private let envelopes: [EnvelopeHash: JSONValue]
  private let here: Host?
  private let merge: StoreMerge
  /// The sessions that are added, by UUID; nil for those that the store has.
  private var sessions: [String: OpenSession?] = [:]
  /// What envelopes say of their cells, by hash.
  private var cells: [EnvelopeHash: EnvelopeCells] = [:]
  /// The rows that were read of each shard.
  private var rows: [String: Int] = [:]

  /// - Parameters:
  ///   - envelopes: Of the whole dataset, all of them checked.
  ///   - here: This machine, whose description no dataset may change.
  init(
    _ entry: IndexEntry, named name: String, of dataset: PublishedDataset, _ source: ImportSource,
    _ envelopes: [EnvelopeHash: JSONValue], here: Host?, into merge: StoreMerge
  ) {
    self.entry = entry
    self.name = name
    self.dataset = dataset
    self.source = source
    self.envelopes = envelopes
    self.here = here
    self.merge = merge
  }

  func run(_ report: inout DatasetImporter.Report) throws(DatasetError) {
    var hasNew = false
    for session in entry.sessions {
      let isKnown = try stored { () throws(StoreError) in try merge.session(session.uuid) } != nil
      guard sessions.updateValue(nil, forKey: session.uuid) == nil else {
        throw .malformed(name: name, line: 1, problem: "\"sessions\" has \(session.uuid) twice")
      }
      if isKnown { report.unchanged += 1 } else { hasNew = true }
    }
    guard hasNew else { return }
    for shard in entry.shards { try shard.name.check(in: dataset.folder) }
    let batch = try stored { () throws(StoreError) in try merge.begin(source) }
    try forEachRow(of: .sessions, SessionColumn.self) { row throws(DatasetError) in try self.open(row, from: batch) }
    try forEachRow(of: .runs, RunColumn.self) { row throws(DatasetError) in try self.addRun(row) }
    try forEachRow(of: .samples, SampleColumn.self) { row throws(DatasetError) in try self.addSample(row) }
    try forEachRow(of: .incidents, IncidentColumn.self) { row throws(DatasetError) in try self.addIncident(row) }
    try forEachRow(of: .hostReadings, HostReadingColumn.self) { row throws(DatasetError) in try self.addReading(row) }
    try forEachRow(of: .memoryTraces, MemoryTraceColumn.self) { row throws(DatasetError) in try self.addTrace(row) }
    try checkRowCounts()
    for declared in entry.sessions {
      guard let session = sessions[declared.uuid] ?? nil else { continue }
      try session.checkCounts(declared, in: name)
      try stored { () throws(StoreError) in try merge.finish(session.number) }
      report.sessions += 1
      report.samples += session.sampleCount
      if source.signer != nil { report.signed += 1 }
    }
  }

  private func open(_ row: TableRow<SessionColumn>, from batch: Int64) throws(DatasetError) {
    var session = try MeasurementSession(row)
    guard let known = sessions[session.uuid] else {
      throw row.error("\"session\" is \(session.uuid), which the index entry does not name")
    }
    guard known == nil else { throw row.error("\"session\" repeats \(session.uuid)") }
    try row.check(session)
    let origin: PublishedOrigin = try row.optionalChoice(.origin) ?? .measured
    if source.signer != nil, origin == .imported {
      throw row.error("\"origin\" is imported, and a signature is only of sessions that the signer measured")
    }
    guard let envelope = envelopes[session.envelopeHash] else {
      throw row.error("\"envelope_hash\" is of an envelope that the dataset lacks")
    }
    guard try stored({ () throws(StoreError) in try merge.session(session.uuid) }) == nil else { return }
    if let here, session.host.fingerprint == here.fingerprint { session.host = here }
    let number = try stored(row) { () throws(StoreError) in try merge.open(session, envelope: envelope, from: batch) }
    for void in try [BlockVoid](row) {
      try stored(row) { () throws(StoreError) in try merge.void(void, in: number) }
    }
    let cells = self.cells[session.envelopeHash] ?? EnvelopeCells(envelope)
    self.cells[session.envelopeHash] = cells
    sessions[session.uuid] = OpenSession(
      number: number, row: row, cells: cells, isComparison: session.resident != nil,
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
    guard let session = sessions[uuid] else { throw row.error("\"session\" is \(uuid), which the batch lacks") }
    return session
  }

  private func forEachRow<Column: TableColumn>(
    of table: DatasetTable, _ column: Column.Type, _ body: (TableRow<Column>) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    try dataset.forEachRow(of: table, in: entry, column) { row throws(DatasetError) in
      self.rows[row.name, default: 0] += 1
      try body(row)
    }
  }

  /// - Throws: `malformed` if a shard has more or fewer rows than the index says, or a session has no row.
  private func checkRowCounts() throws(DatasetError) {
    for shard in entry.shards {
      guard let table = shard.name.table, Self.tables.contains(table) else { continue }
      let count = rows[shard.name.path] ?? 0
      guard count == shard.rows else {
        throw .malformed(
          name: name, line: 1, problem: "\"rows\" of \(shard.name.path) is \(shard.rows), it has \(count)")
      }
    }
    let count = entry.shards(of: .sessions).reduce(0) { $0 + (rows[$1.path] ?? 0) }
    guard count == entry.sessions.count else {
      throw .malformed(
        name: name, line: 1, problem: "\"sessions\" has \(entry.sessions.count), and the shards have \(count)")
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

/// A session of a batch that is being added.
private final class OpenSession {
  let number: SessionNumber
  let row: TableRow<SessionColumn>
  let cells: EnvelopeCells
  let isComparison: Bool
  let declaredRuns: Int
  let declaredSamples: Int
  /// In the order of loading.
  var runs: [(number: RunNumber, side: Side?)] = []
  /// In the order of measurement.
  var readings: [Int64] = []
  var sampleCount = 0
  /// Those that have samples.
  var sides: Set<Side?> = []

  init(
    number: SessionNumber, row: TableRow<SessionColumn>, cells: EnvelopeCells, isComparison: Bool, declaredRuns: Int,
    declaredSamples: Int
  ) {
    self.number = number
    self.row = row
    self.cells = cells
    self.isComparison = isComparison
    self.declaredRuns = declaredRuns
    self.declaredSamples = declaredSamples
  }

  /// - Parameter declared: What the index says, whose entry has that name.
  /// - Throws: `malformed` if rows are missing or too many.
  func checkCounts(_ declared: IndexEntry.Session, in name: String) throws(DatasetError) {
    guard declaredRuns == runs.count else {
      throw row.error("\"run_count\" is \(declaredRuns), and `runs` has \(runs.count) of the session")
    }
    guard declaredSamples == sampleCount else {
      throw row.error("\"sample_count\" is \(declaredSamples), and `samples` has \(sampleCount) of the session")
    }
    guard declared.samples == sampleCount else {
      throw .malformed(
        name: name, line: 1,
        problem: "\"samples\" of session \(declared.uuid) is \(declared.samples), and `samples` has \(sampleCount)")
    }
    for side in Side.allCases where isComparison && !sides.contains(side) {
      throw row.error("\"\(side.rawValue)\" has no samples in the session")
    }
  }
}
