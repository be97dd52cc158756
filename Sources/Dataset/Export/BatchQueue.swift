import Foundation
import JSON
import Measurements

/// The batch that is being written, and the one before it, which DuckDB turns into Parquet meanwhile.
struct BatchQueue {
  /// A batch whose rows are all written.
  private struct Closed {
    let batch: ShardBatch
    let entry: IndexEntry
    let time: UTCTime
    let conversion: DuckDB.Running?
    let signer: BatchSigner?
  }

  private(set) var index: DatasetIndex
  let stamp: ExportStamp
  /// Samples in the batch that is being written.
  private(set) var samples = 0
  private let format: ShardFormat
  private let engine: DuckDB?
  /// Signs batches of sessions that were measured here; others would pass for those of whoever signs.
  private let signer: BatchSigner?
  /// Of the sessions in the batch that is being written: all are measured here, or all imported.
  private var isMeasured = true
  private var batch: ShardBatch?
  private var entry: IndexEntry
  private var time: UTCTime?
  private var closed: Closed?
  /// Hashes of the envelopes of the dataset and of the batches that are not committed yet.
  private var envelopes: Set<String>
  private var count = 0

  init(index: DatasetIndex, format: ShardFormat, engine: DuckDB?, signer: BatchSigner?, stamp: ExportStamp) {
    self.index = index
    self.format = format
    self.engine = engine
    self.signer = signer
    self.stamp = stamp
    envelopes = index.envelopes
    entry = Self.empty(format)
  }

  /// Adds a session with its runs, samples and figures, and its envelope if the dataset lacks it.
  mutating func add(_ session: PublicSession, envelope: JSONValue) throws(DatasetError) {
    var batch = try open(at: session.startedAt)
    try batch.add([session.sessionRow(stamp)], to: .sessions)
    try batch.add(session.runs.enumerated().map { session.runRow($1, number: $0) }, to: .runs)
    let hash = session.session.envelopeHash.rawValue
    if envelopes.insert(hash).inserted {
      try batch.add([session.envelopeRow(envelope)], to: .envelopes)
      entry.envelopes.append(hash)
    }
    try batch.add(session.incidentRows, to: .incidents)
    try batch.add(session.hostReadingRows, to: .hostReadings)
    try batch.add(session.memoryTraceRows, to: .memoryTraces)
    try batch.add(session, stamp)
    self.batch = batch
    let count = session.samples.reduce(0) { $0 + $1.count }
    entry.sessions.append(.init(uuid: session.session.uuid, samples: count))
    samples += count
  }

  mutating func add(
    _ verdicts: [VerdictRow], _ setAsides: [PublishedSetAside], of session: PublicSession
  ) throws(DatasetError) {
    guard !verdicts.isEmpty || !setAsides.isEmpty else { return }
    var batch = try open(at: session.startedAt)
    try batch.add(verdicts.map(\.json), to: .verdicts)
    try batch.add(setAsides.map(\.json), to: .setAsides)
    self.batch = batch
    entry.verdicts += verdicts.map(\.entry)
    entry.setAsides += setAsides.map(\.entry)
  }

  /// Says what the next session is, and ends the batch if that is another than before.
  mutating func turn(to origin: Origin, _ report: inout ExportReport) throws(DatasetError) {
    guard origin.isMeasured != isMeasured else { return }
    try close(&report)
    isMeasured = origin.isMeasured
  }

  /// Ends the batch that is being written and begins to convert it, once the one before it is committed.
  mutating func close(_ report: inout ExportReport) throws(DatasetError) {
    guard var batch, let time else { return }
    try batch.close()
    try commit(&report)
    let tables = Set(batch.tables.map(\.table))
    let conversion =
      format == .parquet
      ? try engine?.start(BatchConversion.script(batch.folder.path, tables)) : nil
    closed = Closed(
      batch: batch, entry: entry, time: time, conversion: conversion, signer: isMeasured ? signer : nil)
    (self.batch, self.time, samples) = (nil, nil, 0)
    entry = Self.empty(format)
  }

  /// Ends and commits everything.
  mutating func finish(_ report: inout ExportReport) throws(DatasetError) {
    try close(&report)
    try commit(&report)
    try index.settle()
  }

  private mutating func commit(_ report: inout ExportReport) throws(DatasetError) {
    guard let closed else { return }
    self.closed = nil
    try closed.conversion?.wait()
    var entry = closed.entry
    var files: [ShardName: URL] = [:]
    for (table, file, rows) in closed.batch.tables {
      let name = ShardName(
        folder: table.rawValue, prefix: table.rawValue, time: closed.time,
        hash: try ShardName.hash(of: file, named: table.rawValue), fileExtension: format.fileExtension)
      let size = (try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int) ?? 0
      entry.shards.append(.init(name: name, rows: rows, bytes: size))
      files[name] = file
    }
    try index.commit(entry, at: closed.time, files: files, signer: closed.signer)
    report.written += entry.shards.map(\.name.path)
    try? FileManager.default.removeItem(at: closed.batch.folder)
  }

  private mutating func open(at time: UTCTime) throws(DatasetError) -> ShardBatch {
    if let batch { return batch }
    self.time = time
    count += 1
    let work = index.folder.appendingPathComponent(DatasetIndex.workName)
    return try ShardBatch(in: work.appendingPathComponent("batch-\(count)"), format: format)
  }

  private static func empty(_ format: ShardFormat) -> IndexEntry {
    IndexEntry(format: format, shards: [], sessions: [], verdicts: [], envelopes: [])
  }
}
