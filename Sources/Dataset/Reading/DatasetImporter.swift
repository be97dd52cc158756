import Foundation
import JSON
import Measurements
import Store
import Verdicts

/// Merges the sessions and verdicts of a dataset into a store.
///
/// Each session keeps that it was imported, from where, and whose signature its batch had: imports decide nothing unless
/// the registry's policy lists their host and that key.
public struct DatasetImporter {
  /// What an import added.
  public struct Report: Sendable, Equatable {
    public internal(set) var sessions = 0
    public internal(set) var samples = 0
    public internal(set) var verdicts = 0
    /// Sessions that the store had already.
    public internal(set) var unchanged = 0
    /// New sessions of batches that a key signed.
    public internal(set) var signed = 0
    /// Verdicts, and sessions set aside, that were left out: of sessions that were measured here, or that came from
    /// somebody else than they do.
    public internal(set) var leftOut = 0
  }

  private let dataset: PublishedDataset
  private let store: MeasurementStore
  /// The dataset's folder as it was named.
  private let name: String
  /// This machine, whose description no dataset may change.
  private let here: Measurements.Host?
  private let clock: () -> Double

  /// - Parameters:
  ///   - name: What is kept of where the sessions come from; nil for the path of the dataset's folder.
  ///   - here: This machine: sessions that name its fingerprint get its description.
  ///   - clock: Seconds since 1970.
  public init(
    _ dataset: PublishedDataset, into store: MeasurementStore, named name: String? = nil,
    here: Measurements.Host? = nil,
    clock: @escaping () -> Double = { Date().timeIntervalSince1970 }
  ) {
    self.dataset = dataset
    self.store = store
    self.name = name ?? dataset.folder.path
    self.here = here
    self.clock = clock
  }

  /// Adds what the store lacks, all of it or nothing. Repeating it changes nothing.
  ///
  /// It takes one transaction, so that whatever ends an import, an error or a crash, leaves the store as it was. Rows are
  /// read one by one, so that a dataset of any size needs the memory of its envelopes and of the names of its sessions.
  ///
  /// - Throws: `hashMismatch`, `badSignature`, `signing`, `malformed` with the file, the row and the column, `file`,
  ///   `engine`, `engineMissing`, `store`.
  public func run() throws(DatasetError) -> Report {
    let signers = try dataset.signatures()
    try dataset.checkReplacements()
    let envelopes = try checkedEnvelopes()
    do {
      return try store.merging { merge in
        var report = Report()
        // Whoever adds batches to another's dataset must not take the place of what that signed.
        let positions = dataset.index.entries.indices
        let ordered = positions.filter { signers[$0] != nil } + positions.filter { signers[$0] == nil }
        for start in stride(from: 0, to: ordered.count, by: Self.batchesAtOnce) {
          let batches = ordered[start..<min(start + Self.batchesAtOnce, ordered.count)].map { position in
            let name = dataset.index.names[position]
            let source = ImportSource(
              dataset: self.name, batch: name, importedAt: clock(), signer: signers[position])
            return ImportBatch(entry: dataset.index.entries[position], source: source, name: name)
          }
          try BatchMerge(batches, of: dataset, envelopes, here: here, into: merge).run(&report)
        }
        try addVerdicts(signers, merge, &report)
        try addSetAsides(signers, merge, &report)
        return report
      }
    } catch let error as DatasetError {
      throw error
    } catch let error as StoreError {
      throw .store(error)
    } catch {
      throw .engine("\(error)")
    }
  }

  private static let batchesAtOnce = 100

  /// The envelopes by their hashes.
  ///
  /// - Throws: `malformed` for one that nothing could be judged under.
  private func checkedEnvelopes() throws(DatasetError) -> [EnvelopeHash: JSONValue] {
    var found: [EnvelopeHash: JSONValue] = [:]
    try dataset.forEachRow(of: .envelopes, EnvelopeColumn.self) { row throws(DatasetError) in
      let (hash, envelope) = try row.envelope()
      try row.check(envelope)
      found[hash] = envelope
    }
    return found
  }

  private func addVerdicts(
    _ signers: BatchSignatures, _ merge: StoreMerge, _ report: inout Report
  ) throws(DatasetError) {
    let sources = sources(of: .verdicts)
    // Verdicts may agree in session, time and outcome: the store gets as many of them as the dataset has.
    var seen: [IndexEntry.Verdict: Int] = [:]
    try dataset.forEachRow(of: .verdicts, VerdictColumn.self) { row throws(DatasetError) in
      let verdict = try PublishedVerdict(row)
      try row.checkTime(.recordedAt)
      guard Verdict.Outcome(rawValue: verdict.key.outcome) != nil,
        verdict.verdict["outcome"]?.string == verdict.key.outcome
      else { throw row.error("\"outcome\" is none, or another than that of \"verdict\"") }
      let signer = sources[row.name].flatMap { signers[$0] }
      guard let session = try session(verdict.session, signer, merge) else { return }
      let known = try fetch { () throws(StoreError) in
        try merge.verdictKeys(of: session.number).count { $0 == verdict.key }
      }
      let entry = IndexEntry.Verdict(session: verdict.session, key: verdict.key)
      seen[entry, default: 0] += 1
      guard known < seen[entry, default: 0] else { return }
      guard session.mark.isFrom(signer) else {
        report.leftOut += 1
        return
      }
      let record = VerdictRecord(
        session: session.number, recordedAt: verdict.key.recordedAt, outcome: verdict.key.outcome,
        verdict: verdict.verdict)
      try fetch { () throws(StoreError) in try merge.append(record) }
      report.verdicts += 1
    }
  }

  private func addSetAsides(
    _ signers: BatchSignatures, _ merge: StoreMerge, _ report: inout Report
  ) throws(DatasetError) {
    let sources = sources(of: .setAsides)
    var found: [(session: String, record: SetAsideRecord, signer: SigningKey?)] = []
    try dataset.forEachRow(of: .setAsides, SetAsideColumn.self) { row throws(DatasetError) in
      try row.checkTime(.recordedAt)
      found.append((try row.text(.session), try SetAsideRecord(row), sources[row.name].flatMap { signers[$0] }))
    }
    // The last one decides, and batches are in no order of time.
    for (uuid, record, signer) in found.sorted(by: { $0.record.recordedAt < $1.record.recordedAt }) {
      guard let session = try session(uuid, signer, merge) else { continue }
      let known = try fetch { () throws(StoreError) in try merge.setAsides(of: session.number) }
      if let last = known.last, record.recordedAt <= last.recordedAt { continue }
      guard session.mark.isFrom(signer) else {
        report.leftOut += 1
        continue
      }
      try fetch { () throws(StoreError) in try merge.append(record, to: session.number) }
    }
  }

  /// The session that a signer means by a UUID, else that of somebody else, of which it may say nothing.
  private func session(
    _ uuid: String, _ signer: SigningKey?, _ merge: StoreMerge
  ) throws(DatasetError) -> (number: SessionNumber, mark: SessionMark)? {
    try fetch { () throws(StoreError) in
      if let own = try merge.session(uuid, signedBy: signer) { return own }
      return try merge.session(uuid)
    }
  }

  /// The position of the index entry of each shard of a table, by the shards' paths.
  private func sources(of table: DatasetTable) -> [String: Int] {
    var sources: [String: Int] = [:]
    for (position, entry) in dataset.index.entries.enumerated() {
      for shard in entry.shards(of: table) { sources[shard.path] = position }
    }
    return sources
  }

  private func fetch<Value>(_ body: () throws(StoreError) -> Value) throws(DatasetError) -> Value {
    do throws(StoreError) { return try body() } catch { throw .store(error) }
  }
}

extension SessionMark {
  /// Whether it is an import that the same key signed, or that is unsigned as well: only whoever brought a session may say
  /// more about it.
  fileprivate func isFrom(_ signer: SigningKey?) -> Bool {
    guard case .imported(let source) = origin else { return false }
    return source.signer == signer
  }
}
