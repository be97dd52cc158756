import Foundation
import Measurements

/// Merges the small batches of a dataset into larger ones.
///
/// A new batch has the rows of those that it replaces, in their order, and its index entry names them. The old files stay:
/// shards are never rewritten, and whoever has their names can go on to read them. It is the dataset as a whole that no
/// longer counts them.
public struct DatasetCompactor: Sendable {
  private let folder: URL
  private let engine: DuckDB?
  private let signer: BatchSigner?
  private let batchSize: Int
  private let patience: Double

  /// - Parameters:
  ///   - folder: The dataset's.
  ///   - engine: Reads and writes Parquet.
  ///   - signer: Signs what replaces batches of the same key's. Batches of other keys stay as they are.
  ///   - batchSize: Samples of a new batch at most; batches of half as many stay as they are.
  ///   - patience: How long another export may be at work in the folder, in seconds.
  public init(
    folder: URL, engine: DuckDB?, signer: BatchSigner? = nil, batchSize: Int = DatasetExporter.usualBatchSize,
    patience: Double = 60
  ) {
    self.folder = folder
    self.engine = engine
    self.signer = signer
    self.batchSize = batchSize
    self.patience = patience
  }

  /// Compacts the dataset. Repeating it changes nothing until there are new small batches.
  ///
  /// Rows are copied file by file or by DuckDB, so that the size of a dataset does not matter. A new batch takes the place
  /// of the old ones at once, when all its shards are in place; whatever ends a compaction before leaves the old ones.
  ///
  /// - Parameter progress: Called after each new batch with the number of replaced batches and of those to be replaced.
  /// - Throws: `file` also for a folder without a dataset, `hashMismatch` for a shard that was changed, `malformed`,
  ///   `badSignature`, `signing`, `engine`, `engineMissing`.
  public func compact(progress: (Int, Int) -> Void = { _, _ in }) throws(DatasetError) -> CompactionReport {
    try ExportLock(on: folder, patience: patience).whileHeld { () throws(DatasetError) in try run(progress) }
  }

  private func run(_ progress: (Int, Int) -> Void) throws(DatasetError) -> CompactionReport {
    var index = try DatasetIndex.settled(of: folder)
    let dataset = try PublishedDataset(folder: folder, engine: engine)
    let plan = CompactionPlan(
      index, try PublishedSessions(of: dataset), signers: try dataset.signatures(), key: try signer?.fingerprint(),
      batchSize: batchSize)
    var report = CompactionReport(format: index.format ?? .parquet)
    report.foreign = plan.foreign
    let count = plan.groups.reduce(0) { $0 + $1.entries.count }
    do throws(DatasetError) {
      for (number, group) in plan.groups.enumerated() {
        report.written += try replace(group, number: number, &index)
        report.batches += 1
        report.replaced += group.entries.count
        progress(report.replaced, count)
      }
    } catch {
      // What was replaced before stays replaced, and the reason is what went wrong first.
      try? finish()
      throw error
    }
    if report.batches > 0 { try finish() }
    return report
  }

  /// Brings the card up to date, and then removes the work folder: nobody publishes a dataset that has one.
  private func finish() throws(DatasetError) {
    let index = try DatasetIndex(of: folder)
    try DatasetCard(index: index).write(to: folder)
    try index.settle()
  }

  /// Writes the batch of a group; returns the paths of its shards.
  private func replace(
    _ group: CompactionPlan.Group, number: Int, _ index: inout DatasetIndex
  ) throws(DatasetError) -> [String] {
    guard let format = group.entries.first?.entry.format, let time = UTCTime(group.startedAt) else {
      throw .malformed(
        name: group.entries.first?.name ?? "", line: 1,
        problem: "a session of the batch began outside the years 1970 to 9999")
    }
    for shard in Set(group.entries.flatMap(\.entry.shards).map(\.name)) { try shard.check(in: folder) }
    let work = folder.appendingPathComponent(DatasetIndex.workName).appendingPathComponent("compaction-\(number)")
    let joint = JointBatch(group, of: folder, in: work, format: format)
    let tables: [(table: DatasetTable, rows: Int)]
    do throws(DatasetError) {
      tables = try joint.write(by: engine)
    } catch {
      // A disk that is full gets its room back.
      try? FileManager.default.removeItem(at: work)
      throw error
    }
    var entry = group.entry(format)
    var files: [ShardName: URL] = [:]
    for (table, rows) in tables {
      let file = joint.file(of: table)
      let name = ShardName(
        folder: table.rawValue, prefix: table.rawValue, time: time,
        hash: try ShardName.hash(of: file, named: table.rawValue), fileExtension: format.fileExtension)
      let size = (try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int) ?? 0
      entry.shards.append(.init(name: name, rows: rows, bytes: size))
      files[name] = file
    }
    try index.commit(entry, at: time, files: files, signer: group.signer == nil ? nil : signer)
    try? FileManager.default.removeItem(at: work)
    return entry.shards.map(\.name.path)
  }
}

/// What a compaction did.
public struct CompactionReport: Sendable, Equatable {
  /// The format of the dataset's shards.
  public internal(set) var format: ShardFormat
  /// Batches that others replace now.
  public internal(set) var replaced = 0
  /// Batches that replace them.
  public internal(set) var batches = 0
  /// Paths of their shards, relative to the dataset's folder.
  public internal(set) var written: [String] = []
  /// Small batches that stay, since another key signed them than the one at hand.
  public internal(set) var foreign = 0
}
