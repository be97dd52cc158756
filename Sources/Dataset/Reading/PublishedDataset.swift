import Crypto
import Foundation
import JSON
import Measurements
import Store

/// What others may have of a dataset: the files of a folder, as `DatasetExporter` writes them.
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

  /// The envelopes by their hash, which each must have.
  public func envelopes() throws(DatasetError) -> [EnvelopeHash: JSONValue] {
    var found: [EnvelopeHash: JSONValue] = [:]
    for entry in index.entries {
      try forEachRow(of: .envelopes, in: entry, EnvelopeColumn.self) { row throws(DatasetError) in
        let envelope = try row.document(.envelope)
        let hash: EnvelopeHash = try row.identifier(.envelopeHash)
        guard SHA256.hexadecimal(of: Array(envelope.serialized(.canonical).utf8)) == hash.rawValue else {
          throw row.error("the envelope has another hash than \"\(EnvelopeColumn.envelopeHash.rawValue)\" says")
        }
        found[hash] = envelope
      }
    }
    return found
  }

  /// Every verdict, in the order of the index.
  public func verdicts() throws(DatasetError) -> [PublishedVerdict] {
    var found: [PublishedVerdict] = []
    // At once, since there are many: all of a dataset's shards are of one format.
    for format in ShardFormat.allCases {
      let shards = index.entries.filter { $0.format == format }.flatMap { $0.shards(of: .verdicts) }
      guard !shards.isEmpty else { continue }
      try reader(format).forEachRow(of: shards, VerdictColumn.self) { row throws(DatasetError) in
        found.append(
          PublishedVerdict(
            name: row.name, session: try row.text(.session),
            key: VerdictKey(recordedAt: try row.number(.recordedAt), outcome: try row.text(.outcome)),
            verdict: try row.document(.verdict)))
      }
    }
    return found
  }

  /// The files with the samples of a session and the verdicts about it, as paths within the dataset.
  public func files(of session: String) -> [String] {
    let samples = index.entries.filter { $0.sessions.contains { $0.uuid == session } }.flatMap {
      $0.shards(of: .samples)
    }
    let verdicts = index.entries.filter { $0.verdicts.contains { $0.session == session } }
      .flatMap { $0.shards(of: .verdicts) }
    return (samples + verdicts).map(\.path)
  }

  /// The samples of each run of the sessions that one entry of the index is of, by the sessions' UUIDs.
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
          session: session, runs: runs[session.uuid] ?? [], voids: try [BlockVoid](row), entry: position))
    }
    return found
  }

  private static let runLimit = 10_000

  func forEachRow<Column: TableColumn>(
    of table: DatasetTable, in entry: IndexEntry, _ column: Column.Type,
    _ body: (RawRow<Column>) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    let shards = entry.shards(of: table)
    if !shards.isEmpty { try reader(entry.format).forEachRow(of: shards, column, body) }
  }

  private func reader(_ format: ShardFormat) throws(DatasetError) -> ShardReader {
    try ShardReader(folder: folder, format: format, engine: engine)
  }
}
