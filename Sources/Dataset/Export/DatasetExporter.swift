import Foundation
import Measurements
import Platform
import Store

/// Writes what a store holds as files that anyone may have: immutable, named by their content, without a trace of who
/// measured.
///
/// Each table of ``DatasetTable`` is a folder of shards. An export writes the complete sessions and the verdicts that
/// the folder lacks, in batches of a quarter of a million samples, and never touches a shard that is there.
public struct DatasetExporter: Sendable {
  private let store: MeasurementStore
  /// The dataset's folder.
  public let folder: URL
  private let gitRevision: String
  private let trigger: String
  private let redactor: Redactor
  private let format: ShardFormat?
  /// Writes Parquet; nil for an exporter that can't.
  public let engine: DuckDB?
  private let signer: BatchSigner?
  private let batchSize: Int
  /// How long another export may be at work in the folder, in seconds.
  private let patience: Double

  /// - Parameters:
  ///   - gitRevision: The revision of the program that exports, in hexadecimal digits, or `unknown`.
  ///   - trigger: What started it, such as `manual` or `schedule`.
  ///   - format: Nil for that of the folder's shards; if there are none, Parquet with an engine and else JSON Lines.
  ///   - engine: Writes Parquet.
  ///   - signer: Signs new batches of sessions that were measured here; nil leaves them unsigned.
  ///   - identity: What must not leave this machine.
  ///   - batchSize: Samples after which a batch is closed.
  ///   - patience: How long another export may be at work in the folder, in seconds.
  public init(
    store: MeasurementStore, folder: URL, gitRevision: String, trigger: String, format: ShardFormat? = nil,
    engine: DuckDB? = nil, signer: BatchSigner? = nil, identity: LocalIdentity = .current,
    batchSize: Int = Self.usualBatchSize, patience: Double = 60
  ) {
    self.store = store
    self.folder = folder
    self.gitRevision = gitRevision
    self.trigger = trigger
    self.format = format
    self.engine = engine
    self.signer = signer
    self.batchSize = batchSize
    self.patience = patience
    redactor = Redactor(identity: identity)
  }

  /// Samples after which a batch is closed, unless something else is asked for.
  public static let usualBatchSize = 250_000

  /// Adds the sessions and verdicts that the folder lacks, and brings its card and its schemas up to date.
  ///
  /// A session that may not be exported is left out whole and reported. Whatever the store's size, two batches at most
  /// are under way: one that is written, and one that becomes Parquet.
  ///
  /// - Parameter progress: Called after each session with the number done and the number of all.
  /// - Throws: `invalidRevision`, `invalidTrigger`, `otherFormat`, `engineMissing`, `engine`, `store`, `file`, `signing`, or
  ///   `hashMismatch` or `malformed` for an index entry that was changed.
  public func export(progress: (Int, Int) -> Void = { _, _ in }) throws(DatasetError) -> ExportReport {
    let stamp = try ExportStamp(gitRevision: gitRevision, trigger: trigger)
    return try ExportLock(on: folder, patience: patience).whileHeld { () throws(DatasetError) in
      try export(stamp, progress)
    }
  }

  private func export(
    _ stamp: ExportStamp, _ progress: (Int, Int) -> Void
  ) throws(DatasetError) -> ExportReport {
    let index = try DatasetIndex.settled(of: folder)
    let format = try format(beside: index.format)
    var writer = BatchQueue(index: index, format: format, engine: engine, signer: signer, stamp: stamp)
    var report = ExportReport(format: format)
    let envelopes = RecentValues<EnvelopeHash, ExaminedEnvelope>(limit: 16)
    let pending = try pending(index, &report)
    for (done, session) in pending.enumerated() {
      try writer.turn(to: session.origin, &report)
      do throws(DatasetError) {
        try write(session, to: &writer, envelopes, &report)
      } catch let error where error.isOfSession {
        report.refused.append(.init(session: session.number, origin: session.origin, error: error))
      }
      if writer.samples >= batchSize { try writer.close(&report) }
      progress(done + 1, pending.count)
    }
    try writer.finish(&report)
    if !writer.index.entries.isEmpty { try DatasetCard(index: writer.index).write(to: folder) }
    return report
  }

  /// A session with something that the dataset lacks.
  private struct Pending {
    let number: SessionNumber
    let origin: Origin
    /// Whether the dataset lacks the session itself.
    let isNew: Bool
    /// The verdicts that it lacks, by their positions in the session's history.
    let verdicts: [Int]
    let setAsides: [SetAsideRecord]
  }

  /// The format of new shards, beside shards of format `present`.
  ///
  /// - Throws: `otherFormat`, `engineMissing`.
  private func format(beside present: ShardFormat?) throws(DatasetError) -> ShardFormat {
    if let present, let format, format != present { throw .otherFormat(present: present) }
    let chosen = format ?? present ?? (engine == nil ? .jsonl : .parquet)
    if chosen == .parquet, engine == nil { throw .engineMissing }
    return chosen
  }

  private func pending(_ index: DatasetIndex, _ report: inout ExportReport) throws(DatasetError) -> [Pending] {
    var pending: [Pending] = []
    for session in try fetch({ () throws(StoreError) in try store.exportableSessions() }) {
      let isNew = !index.sessions.contains(session.uuid)
      if !isNew { report.unchanged += 1 }
      let verdicts = index.missing(session.verdicts, of: session.uuid, outcome: redactor.label)
      let setAsides = session.setAsides.filter {
        !index.setAsides.contains(
          .init(session: session.uuid, recordedAt: $0.recordedAt, isSetAside: $0.isSetAside))
      }
      if isNew || !verdicts.isEmpty || !setAsides.isEmpty {
        pending.append(
          Pending(
            number: session.number, origin: session.origin, isNew: isNew, verdicts: verdicts, setAsides: setAsides))
      }
    }
    // A batch is of one origin.
    return pending.filter(\.origin.isMeasured) + pending.filter { !$0.origin.isMeasured }
  }

  /// Checks everything before it writes the first row, so that a session is exported whole or not at all.
  private func write(
    _ pending: Pending, to writer: inout BatchQueue, _ envelopes: RecentValues<EnvelopeHash, ExaminedEnvelope>,
    _ report: inout ExportReport
  ) throws(DatasetError) {
    let record = try fetch { () throws(StoreError) in try store.session(pending.number) }
    let envelope = envelopes.value(of: record.session.envelopeHash) { ExaminedEnvelope(record.envelope, redactor) }
    try envelope.check(for: record.number)
    let samples =
      pending.isNew ? try fetch { () throws(StoreError) in try store.samplesByRun(of: pending.number) } : []
    let context =
      pending.isNew
      ? try fetch { () throws(StoreError) in try store.context(of: pending.number) } : HostContext()
    let session = try PublicSession(record, envelope.cells, samples: samples, context: context, redactor)
    try session.checkRegime()
    let history = try fetch { () throws(StoreError) in
      pending.verdicts.isEmpty ? [] : try store.verdicts(of: pending.number)
    }
    var rows: [VerdictRow] = []
    for position in pending.verdicts where history.indices.contains(position) {
      rows.append(try VerdictRow(history[position], of: session, redactor, stamp: writer.stamp))
    }
    var setAsides: [PublishedSetAside] = []
    for record in pending.setAsides {
      setAsides.append(try PublishedSetAside(record, of: session, redactor, stamp: writer.stamp))
    }
    if pending.isNew {
      try writer.add(session, envelope: record.envelope)
      report.sessions += 1
      report.samples += samples.reduce(0) { $0 + $1.count }
    }
    try writer.add(rows, setAsides, of: session)
  }

  private func fetch<Value>(_ body: () throws(StoreError) -> Value) throws(DatasetError) -> Value {
    do throws(StoreError) { return try body() } catch { throw .store(error) }
  }
}

extension DatasetError {
  /// Whether other sessions can be exported nevertheless.
  fileprivate var isOfSession: Bool {
    switch self {
    case .withoutRegime, .revealingEnvelope, .unusableTime: true
    default: false
    }
  }
}

/// What an export did.
public struct ExportReport: Sendable, Equatable {
  /// A session that was left out, and why.
  public struct Refusal: Sendable, Equatable {
    public var session: SessionNumber
    public var origin: Origin
    public var error: DatasetError
  }

  /// The format of the dataset's shards.
  public internal(set) var format: ShardFormat
  /// Paths of the new shards, relative to the dataset's folder.
  public internal(set) var written: [String] = []
  /// Sessions that the dataset had already.
  public internal(set) var unchanged = 0
  /// New sessions.
  public internal(set) var sessions = 0
  /// Samples of the new sessions.
  public internal(set) var samples = 0
  public internal(set) var refused: [Refusal] = []
}

/// Which program exported a row first, and why.
struct ExportStamp {
  let gitRevision: String
  let trigger: String

  /// - Throws: `invalidRevision` or `invalidTrigger`.
  init(gitRevision: String, trigger: String) throws(DatasetError) {
    let digits = gitRevision.hasSuffix("-dirty") ? gitRevision.dropLast("-dirty".count) : gitRevision[...]
    let isHexadecimal = digits.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    guard gitRevision == "unknown" || (isHexadecimal && (7...64).contains(digits.utf8.count)) else {
      throw .invalidRevision(gitRevision)
    }
    let isWord = trigger.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
    }
    guard isWord, (1...32).contains(trigger.utf8.count) else { throw .invalidTrigger(trigger) }
    self.gitRevision = gitRevision
    self.trigger = trigger
  }
}
