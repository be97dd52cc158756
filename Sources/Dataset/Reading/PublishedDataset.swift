import Foundation
import JSON
import Measurements
import Store

/// A dataset in a folder, as ``DatasetExporter`` writes it.
public struct PublishedDataset: Sendable {
  let folder: URL
  let index: DatasetIndex
  private let engine: DuckDB?

  /// Reads the index only.
  ///
  /// - Parameter engine: Reads Parquet.
  /// - Throws: `file`, `hashMismatch` or `malformed` for an entry of the index that can't be used.
  public init(folder: URL, engine: DuckDB?) throws(DatasetError) {
    self.folder = folder
    self.engine = engine
    index = try DatasetIndex(of: folder)
    guard !index.entries.isEmpty else { throw .file(name: folder.lastPathComponent, reason: "it holds no dataset") }
  }

  /// The sessions, oldest first.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  public func sessions() throws(DatasetError) -> [PublishedSession] {
    var found: [PublishedSession] = []
    for position in index.entries.indices { found += try sessions(ofEntry: position) }
    return found.sorted { ($0.session.startedAt, $0.session.uuid) < ($1.session.startedAt, $1.session.uuid) }
  }

  /// The envelopes by their hashes.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  public func envelopes() throws(DatasetError) -> [EnvelopeHash: JSONValue] {
    var found: [EnvelopeHash: JSONValue] = [:]
    try forEachRow(of: .envelopes, EnvelopeColumn.self) { row throws(DatasetError) in
      let (hash, envelope) = try row.envelope()
      found[hash] = envelope
    }
    return found
  }

  /// Every verdict, in the order of the index.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  public func verdicts() throws(DatasetError) -> [PublishedVerdict] {
    var found: [PublishedVerdict] = []
    try forEachRow(of: .verdicts, VerdictColumn.self) { row throws(DatasetError) in
      found.append(try PublishedVerdict(row))
    }
    return found
  }

  /// The shards with the samples of a session and the verdicts about it, as paths within the dataset.
  ///
  /// - Parameter session: The session's UUID.
  public func files(of session: String) -> [String] {
    let samples = index.entries.filter { $0.sessions.contains { $0.uuid == session } }.flatMap {
      $0.shards(of: .samples)
    }
    let verdicts = index.entries.filter { $0.verdicts.contains { $0.session == session } }
      .flatMap { $0.shards(of: .verdicts) }
    return (samples + verdicts).map(\.path)
  }

  /// The samples of each run of the sessions of one index entry, by the sessions' UUIDs.
  func samples(ofEntry position: Int) throws(DatasetError) -> [String: [[Sample]]] {
    let entry = index.entries[position]
    var found: [String: [[Sample]]] = [:]
    try forEachRow(of: .samples, in: entry, SampleColumn.self) { row throws(DatasetError) in
      let session = try row.text(.session)
      let run = try row.integer(.run)
      guard (0..<Self.runLimit).contains(run) else { throw row.error("\"run\" is \(run)") }
      var runs = found.removeValue(forKey: session) ?? []
      while runs.count <= run { runs.append([]) }
      runs[run].append(try Sample(row))
      found[session] = runs
    }
    return found
  }

  /// The sessions of one index entry, in the order of export.
  func sessions(ofEntry position: Int) throws(DatasetError) -> [PublishedSession] {
    let entry = index.entries[position]
    var runs: [String: [Run]] = [:]
    try forEachRow(of: .runs, in: entry, RunColumn.self) { row throws(DatasetError) in
      let session = try row.text(.session)
      guard try row.integer(.run) == runs[session, default: []].count else {
        throw row.error("the runs of session \(session) are not in order")
      }
      runs[session, default: []].append(try Run(row))
    }
    var found: [PublishedSession] = []
    try forEachRow(of: .sessions, in: entry, SessionColumn.self) { row throws(DatasetError) in
      let session = try MeasurementSession(row)
      found.append(
        PublishedSession(
          session: session, origin: try row.optionalChoice(.origin) ?? .measured, runs: runs[session.uuid] ?? [],
          voids: try [BlockVoid](row), entry: position))
    }
    return found
  }

  /// Runs of a session, against forged numbers.
  static let runLimit = 10_000

  /// Calls `body` with each row of a table, in the order of the index.
  ///
  /// All shards at once, since there are many; those of a dataset are of one format.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used, and what `body` throws.
  func forEachRow<Column: TableColumn>(
    of table: DatasetTable, _ column: Column.Type, _ body: (TableRow<Column>) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    for format in ShardFormat.allCases {
      let shards = index.entries.filter { $0.format == format }.flatMap { $0.shards(of: table) }
      if !shards.isEmpty { try reader(format).forEachRow(of: shards, column, body) }
    }
  }

  /// The same for one index entry.
  func forEachRow<Column: TableColumn>(
    of table: DatasetTable, in entry: IndexEntry, _ column: Column.Type,
    _ body: (TableRow<Column>) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    let shards = entry.shards(of: table)
    if !shards.isEmpty { try reader(entry.format).forEachRow(of: shards, column, body) }
  }

  private func reader(_ format: ShardFormat) throws(DatasetError) -> ShardReader {
    try ShardReader(folder: folder, format: format, engine: engine)
  }
}
