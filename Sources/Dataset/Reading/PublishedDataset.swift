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
    var entries: [String: Int] = [:]
    for (position, entry) in index.entries.enumerated() {
      for shard in entry.shards(of: .runs) + entry.shards(of: .sessions) { entries[shard.path] = position }
    }
    // A session may be in more than one batch.
    var runs: [SessionPlace: [Run]] = [:]
    try forEachRow(of: .runs, RunColumn.self) { row throws(DatasetError) in
      let place = SessionPlace(entry: entries[row.name] ?? 0, session: try row.text(.session))
      guard try row.integer(.run) == runs[place, default: []].count else {
        throw row.error("the runs of session \(place.session) are not in order")
      }
      runs[place, default: []].append(try Run(row))
    }
    var found: [PublishedSession] = []
    try forEachRow(of: .sessions, SessionColumn.self) { row throws(DatasetError) in
      let session = try MeasurementSession(row)
      let place = SessionPlace(entry: entries[row.name] ?? 0, session: session.uuid)
      found.append(
        PublishedSession(
          session: session, origin: try row.optionalChoice(.origin) ?? .measured, runs: runs[place] ?? [],
          voids: try [BlockVoid](row), entry: place.entry))
    }
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

  /// The samples of each run of the sessions of some index entries, by the sessions' UUIDs, for each entry.
  func samples(ofEntries positions: [Int]) throws(DatasetError) -> [Int: [String: [[Sample]]]] {
    var entries: [String: Int] = [:]
    for position in positions {
      for shard in index.entries[position].shards(of: .samples) { entries[shard.path] = position }
    }
    var found: [Int: [String: [[Sample]]]] = Dictionary(
      positions.map { ($0, [:]) }, uniquingKeysWith: { first, _ in first })
    try forEachRow(of: .samples, in: positions.map { index.entries[$0] }, SampleColumn.self) {
      row throws(DatasetError) in
      let (entry, session) = (entries[row.name] ?? positions[0], try row.text(.session))
      let run = try row.integer(.run)
      guard (0..<Self.runLimit).contains(run) else { throw row.error("\"run\" is \(run)") }
      // In place: a copy of the lists for each of their rows would take time that grows with its square.
      var runs = found[entry]?.removeValue(forKey: session) ?? []
      while runs.count <= run { runs.append([]) }
      runs[run].append(try Sample(row))
      found[entry]?[session] = runs
    }
    return found
  }

  /// Runs of a session, against forged numbers.
  static let runLimit = 10_000

  /// Calls `body` with each row of a table, in the order of the index.
  ///
  /// All shards at once, since there are many; those of a dataset are of one format.
  ///
  /// - Parameter entries: Whose shards are read; nil for all.
  /// - Throws: `DatasetError` for the first shard that can't be used, and what `body` throws.
  func forEachRow<Column: TableColumn>(
    of table: DatasetTable, in entries: [IndexEntry]? = nil, _ column: Column.Type,
    _ body: (TableRow<Column>) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    for format in ShardFormat.allCases {
      let shards = (entries ?? index.entries).filter { $0.format == format }.flatMap { $0.shards(of: table) }
      if !shards.isEmpty { try reader(format).forEachRow(of: shards, column, body) }
    }
  }

  func reader(_ format: ShardFormat) throws(DatasetError) -> ShardReader {
    try ShardReader(folder: folder, format: format, engine: engine)
  }
}

/// A session's place in a dataset.
private struct SessionPlace: Hashable {
  /// The position of its index entry.
  let entry: Int
  /// Its UUID.
  let session: String
}
