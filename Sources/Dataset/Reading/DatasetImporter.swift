import Foundation
import Measurements
import Store

/// Merges the sessions and verdicts of a dataset into a store.
public struct DatasetImporter {
  /// What an import added.
  public struct Report: Sendable, Equatable {
    public internal(set) var sessions = 0
    public internal(set) var samples = 0
    public internal(set) var verdicts = 0
    /// Sessions that the store had already.
    public internal(set) var unchanged = 0
  }

  private let dataset: PublishedDataset
  private let store: MeasurementStore

  public init(_ dataset: PublishedDataset, into store: MeasurementStore) {
    self.dataset = dataset
    self.store = store
  }

  /// Adds what the store lacks, one session per transaction. Repeating it changes nothing.
  ///
  /// All shards of a batch are checked against their names before anything of it is added.
  ///
  /// - Throws: `hashMismatch`, `malformed`, `file`, `engine`, `engineMissing`, `store`.
  public func run() throws(DatasetError) -> Report {
    var report = Report()
    var known = Set(try fetch { () throws(StoreError) in try store.sessionNumbers() }.keys)
    var loader = try EvidenceLoader(dataset)
    for (position, entry) in dataset.index.entries.enumerated() {
      let new = entry.sessions.map(\.uuid).filter { !known.contains($0) }
      report.unchanged += entry.sessions.count - new.count
      guard !new.isEmpty else { continue }
      for shard in entry.shards { try shard.name.check(in: dataset.folder) }
      let context = try dataset.context(ofEntry: position)
      for session in try dataset.sessions(ofEntry: position) where known.insert(session.session.uuid).inserted {
        try add(session, context[session.session.uuid] ?? HostContext(), from: &loader, to: &report)
      }
    }
    try addVerdicts(to: &report)
    return report
  }

  private func add(
    _ session: PublishedSession, _ context: HostContext, from loader: inout EvidenceLoader,
    to report: inout Report
  ) throws(DatasetError) {
    let samples = try loader.batch(session.entry)[session.session.uuid] ?? []
    let imported = ImportedSession(
      session: session.session, envelope: try loader.envelope(of: session), runs: session.runs, samples: samples,
      voids: session.voids, context: context)
    guard try fetch({ () throws(StoreError) in try store.merge(imported) }) else { return }
    report.sessions += 1
    report.samples += samples.reduce(0) { $0 + $1.count }
  }

  private func addVerdicts(to report: inout Report) throws(DatasetError) {
    let sessions = try fetch { () throws(StoreError) in try store.exportableSessions() }
    var histories = Dictionary(sessions.map { ($0.uuid, $0) }, uniquingKeysWith: { first, _ in first })
    // Verdicts may agree in session, time and outcome: the store gets as many of them as the dataset has.
    var seen: [IndexEntry.Verdict: Int] = [:]
    for verdict in try dataset.verdicts() {
      guard let session = histories[verdict.session] else { continue }
      let entry = IndexEntry.Verdict(session: verdict.session, key: verdict.key)
      seen[entry, default: 0] += 1
      guard session.verdicts.count(where: { $0 == verdict.key }) < seen[entry, default: 0] else { continue }
      let record = VerdictRecord(
        session: session.number, recordedAt: verdict.key.recordedAt, outcome: verdict.key.outcome,
        verdict: verdict.verdict)
      try fetch { () throws(StoreError) in try store.merge(record) }
      histories[verdict.session]?.verdicts.append(verdict.key)
      report.verdicts += 1
    }
  }

  private func fetch<Value>(_ body: () throws(StoreError) -> Value) throws(DatasetError) -> Value {
    do throws(StoreError) { return try body() } catch { throw .store(error) }
  }
}
