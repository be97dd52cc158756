import JSON
import Measurements

/// Rebuilds the evidence of a dataset's comparisons.
///
/// Samples are read batch by batch, and of small batches many at once, since starting DuckDB takes longer than reading one.
/// Those that were used last stay in memory.
public struct EvidenceLoader {
  private let dataset: PublishedDataset
  private let envelopes: [EnvelopeHash: JSONValue]
  private var batches: [Int: [String: [[Sample]]]] = [:]
  /// Entries of the index whose samples are in memory, the last used one last.
  private var recent: [Int] = []
  /// Samples that are read at once, and twice as many that stay in memory, if the batches allow it.
  private static let samplesAtOnce = 250_000
  private static let batchesAtOnce = 100

  /// - Throws: `DatasetError` for the first shard of envelopes that can't be used.
  public init(_ dataset: PublishedDataset) throws(DatasetError) {
    self.dataset = dataset
    envelopes = try dataset.envelopes()
  }

  /// The evidence without its samples; nil for the measurements of one model.
  ///
  /// - Throws: `malformed` if the dataset lacks the session's envelope.
  public func context(of session: PublishedSession) throws(DatasetError) -> Evidence? {
    session.evidence(try envelope(of: session))
  }

  /// The whole evidence; nil for the measurements of one model.
  ///
  /// It equals the store's, except for what stayed on the machine: texts that models wrote, words in messages, and what
  /// a worker said of its model beyond the published members. No verdict depends on these.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  public mutating func evidence(of session: PublishedSession) throws(DatasetError) -> Evidence? {
    session.evidence(
      try envelope(of: session), samples: try batch(session.entry)[session.session.uuid] ?? [])
  }

  /// The envelope of a session.
  ///
  /// - Throws: `malformed` if the dataset lacks it.
  func envelope(of session: PublishedSession) throws(DatasetError) -> JSONValue {
    guard let envelope = envelopes[session.session.envelopeHash] else {
      throw .malformed(
        name: DatasetTable.envelopes.rawValue, line: 1,
        problem: "the envelope of session \(session.session.uuid) is missing")
    }
    return envelope
  }

  /// The samples of one index entry: of each session, by UUID, those of each run.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  private mutating func batch(_ entry: Int) throws(DatasetError) -> [String: [[Sample]]] {
    recent.removeAll { $0 == entry }
    recent.append(entry)
    if let known = batches[entry] { return known }
    let read = following(entry)
    let loaded = try dataset.samples(ofEntries: read)
    // The one that is asked for stays the longest.
    recent.removeAll { loaded[$0] != nil }
    recent += read.reversed()
    batches.merge(loaded) { $1 }
    var held = recent.reduce(0) { $0 + count($1) }
    while held > 2 * Self.samplesAtOnce, recent.count > 1 {
      let oldest = recent.removeFirst()
      held -= count(oldest)
      batches[oldest] = nil
    }
    return batches[entry] ?? [:]
  }

  /// An entry, and those after it that are not in memory, as far as they are small: verdicts are judged in their order.
  private func following(_ entry: Int) -> [Int] {
    var (positions, samples) = ([entry], count(entry))
    for next in (entry + 1)..<max(entry + 1, dataset.index.entries.count) {
      samples += count(next)
      guard positions.count < Self.batchesAtOnce, samples <= Self.samplesAtOnce, batches[next] == nil else { break }
      positions.append(next)
    }
    return positions
  }

  /// How many samples the index says that an entry has.
  private func count(_ entry: Int) -> Int {
    dataset.index.entries[entry].sessions.reduce(0) { $0 + min($1.samples, Self.samplesAtOnce) }
  }
}

/// A session of a dataset, without its samples.
public struct PublishedSession: Sendable {
  public let session: MeasurementSession
  public let origin: PublishedOrigin
  /// In the order of loading.
  public let runs: [Run]
  public let voids: [BlockVoid]
  /// The position of the index entry whose shards hold its samples.
  let entry: Int

  /// Everything that a verdict may depend on; nil for the measurements of one model.
  ///
  /// - Parameter samples: Of each run.
  public func evidence(_ envelope: JSONValue, samples: [[Sample]] = []) -> Evidence? {
    guard session.resident != nil, let resident = runs.first(where: { $0.side == .resident }),
      let candidate = runs.first(where: { $0.side == .candidate })
    else { return nil }
    func ofSide(_ side: Side) -> [Sample] { zip(runs, samples).filter { $0.0.side == side }.flatMap(\.1) }
    return Evidence(
      session: session, state: .complete, envelope: envelope, resident: resident, candidate: candidate,
      laterRuns: runs.laterLoads, residentSamples: ofSide(.resident), candidateSamples: ofSide(.candidate),
      voids: voids)
  }
}
