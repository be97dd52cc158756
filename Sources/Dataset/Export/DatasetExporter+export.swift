import Measurements
import Store

extension DatasetExporter {
  /// Adds the sessions and verdicts that the folder lacks, and brings its card and its schemas up to date.
  ///
  /// A session that may not be exported is left out whole and reported. One batch is in memory or on the way to
  /// Parquet at a time, whatever the store's size.
  ///
  /// - Parameter progress: Called with the sessions done so far and their number in all.
  /// - Throws: `invalidRevision`, `invalidTrigger`, `otherFormat`, `engineMissing`, `engine`, `store`, `file`, or
  ///   `hashMismatch` and `malformed` for an entry of the index that was changed.
  public func export(progress: (Int, Int) -> Void = { _, _ in }) throws(DatasetError) -> ExportReport {
    let stamp = try ExportStamp(gitRevision: gitRevision, trigger: trigger)
    let index = try DatasetIndex(of: folder)
    let format = try format(beside: index.format)
    try index.settle()
    var writer = BatchQueue(index: index, format: format, engine: engine, stamp: stamp)
    var report = ExportReport(format: format)
    var envelopes = EnvelopeCache(redactor: redactor)
    let pending = try pending(index, &report)
    for (done, session) in pending.enumerated() {
      do throws(DatasetError) {
        try write(session, to: &writer, &envelopes, &report)
      } catch let error where error.isOfSession {
        report.refused.append(.init(session: session.number, error: error))
      }
      if writer.samples >= batchSize { try writer.close(&report) }
      progress(done + 1, pending.count)
    }
    try writer.finish(&report)
    if !writer.index.entries.isEmpty { try DatasetCard(index: writer.index).write(to: folder) }
    return report
  }

  /// A session of which something is new.
  private struct Pending {
    let number: SessionNumber
    /// Whether the dataset lacks the session itself.
    let isNew: Bool
    /// Positions in its history.
    let verdicts: [Int]
  }

  private func pending(_ index: DatasetIndex, _ report: inout ExportReport) throws(DatasetError) -> [Pending] {
    var pending: [Pending] = []
    for session in try fetch({ () throws(StoreError) in try store.exportableSessions() }) {
      let isNew = !index.sessions.contains(session.uuid)
      if !isNew { report.unchanged += 1 }
      let verdicts = index.missing(session.verdicts, of: session.uuid, outcome: redactor.label)
      if isNew || !verdicts.isEmpty {
        pending.append(Pending(number: session.number, isNew: isNew, verdicts: verdicts))
      }
    }
    return pending
  }

  /// All is checked before the first row is written, so that a session is exported whole or not at all.
  private func write(
    _ pending: Pending, to writer: inout BatchQueue, _ envelopes: inout EnvelopeCache, _ report: inout ExportReport
  ) throws(DatasetError) {
    let record = try fetch { () throws(StoreError) in try store.session(pending.number) }
    let cells = try envelopes.cells(of: record)
    let samples =
      pending.isNew ? try fetch { () throws(StoreError) in try store.samplesByRun(of: pending.number) } : []
    let surroundings =
      pending.isNew
      ? try fetch { () throws(StoreError) in try store.surroundings(of: pending.number) } : Surroundings()
    let session = try PublicSession(record, cells, samples: samples, surroundings: surroundings, redactor)
    try session.checkRegime()
    let history = try fetch { () throws(StoreError) in
      pending.verdicts.isEmpty ? [] : try store.verdicts(of: pending.number)
    }
    var rows: [VerdictRow] = []
    for position in pending.verdicts where history.indices.contains(position) {
      rows.append(try VerdictRow(history[position], of: session, redactor, stamp: writer.stamp))
    }
    if pending.isNew {
      try writer.add(session, envelope: record.envelope)
      report.sessions += 1
      report.samples += samples.reduce(0) { $0 + $1.count }
    }
    try writer.add(rows, of: session)
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
