import Measurements
import Store

extension DatasetExporter {
  /// Writes the files that the folder lacks; files that are there are never touched, and keep the revision and trigger
  /// that they were first exported with.
  ///
  /// A session that may not be exported is left out whole and reported.
  ///
  /// - Throws: `invalidRevision`, `invalidTrigger`, `store`, `file`, or `hashMismatch` and `malformed` for a file that
  ///   was there and changed since.
  public func export() throws(DatasetError) -> ExportReport {
    let stamp = try ExportStamp(gitRevision: gitRevision, trigger: trigger)
    let shelf = ShardFolder(root: folder)
    var report = ExportReport()
    let sessions = try fetch { () throws(StoreError) in try store.sessions() }
    // Only what can't change any more is published; oldest first.
    for number in sessions.reversed().filter({ $0.state == .complete }).map(\.number) {
      do throws(DatasetError) {
        for shard in try shards(of: number, stamp) { try shelf.add(shard, to: &report) }
      } catch let error where error.isOfSession {
        report.refused.append(.init(session: number, error: error))
      }
    }
    return report
  }

  /// All shards are made before the first is written, so that a session is exported whole or not at all.
  private func shards(of number: SessionNumber, _ stamp: ExportStamp) throws(DatasetError) -> [Shard] {
    let record = try fetch { () throws(StoreError) in try store.session(number) }
    var samples: [SidedSamples] = []
    for side in record.session.sides {
      let ofSide = try fetch { () throws(StoreError) in try store.samples(of: number, side: side) }
      samples.append(SidedSamples(side: side, samples: ofSide))
    }
    let session = try PublicSession(record, samples: samples, redactor)
    var shards = [try session.rawShard(stamp)]
    for side in record.session.sides where record.run(of: side) != nil {
      shards.append(try session.measurementShard(of: side, stamp))
    }
    for verdict in try fetch({ () throws(StoreError) in try store.verdicts(of: number) }) {
      shards.append(try session.verdictShard(verdict, redactor, stamp))
    }
    return shards
  }

  private func fetch<Value>(_ body: () throws(StoreError) -> Value) throws(DatasetError) -> Value {
    do throws(StoreError) { return try body() } catch { throw .store(error) }
  }
}

extension MeasurementSession {
  /// Nil is the side of a session that measured one model.
  var sides: [Side?] { resident == nil ? [nil] : [.resident, .candidate] }
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
