import Foundation
import Store

/// Writes what a store holds as files that anyone may have: immutable, named by their content, without a trace of who
/// measured.
///
/// Each table of ``DatasetTable`` is a folder of shards. An export writes the complete sessions and the verdicts that
/// the folder lacks, in batches of a quarter of a million samples, and never touches a shard that is there.
public struct DatasetExporter: Sendable {
  let store: MeasurementStore
  public let folder: URL
  let gitRevision: String
  let trigger: String
  let redactor: Redactor
  let format: ShardFormat?
  public let engine: DuckDB?
  let batchSize: Int

  /// - Parameters:
  ///   - gitRevision: The revision of the program that exports, in hexadecimal digits, or `unknown`.
  ///   - trigger: What started it, such as `manual` or `schedule`.
  ///   - format: Nil for that of the folder's shards; where there are none, Parquet if there is an engine.
  ///   - engine: Writes Parquet.
  ///   - identity: What must not leave this machine.
  ///   - batchSize: Samples after which a batch is closed.
  public init(
    store: MeasurementStore, folder: URL, gitRevision: String, trigger: String, format: ShardFormat? = nil,
    engine: DuckDB? = nil, identity: LocalIdentity = .current, batchSize: Int = 250_000
  ) {
    self.store = store
    self.folder = folder
    self.gitRevision = gitRevision
    self.trigger = trigger
    self.format = format
    self.engine = engine
    self.batchSize = batchSize
    redactor = Redactor(identity: identity)
  }

  /// - Throws: `otherFormat`, `engineMissing`.
  func format(beside present: ShardFormat?) throws(DatasetError) -> ShardFormat {
    if let present, let format, format != present { throw .otherFormat(present: present) }
    let chosen = format ?? present ?? (engine == nil ? .jsonl : .parquet)
    if chosen == .parquet, engine == nil { throw .engineMissing }
    return chosen
  }
}
