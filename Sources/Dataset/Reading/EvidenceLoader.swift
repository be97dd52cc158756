import JSON
import Measurements

/// Rebuilds the evidence of a dataset's comparisons. The samples of the last batches stay in memory.
public struct EvidenceLoader {
  private let dataset: PublishedDataset
  private let envelopes: [EnvelopeHash: JSONValue]
  private var batches: [Int: [String: [[Sample]]]] = [:]
  /// Entries of the index whose samples are in memory, the last used one last.
  private var recent: [Int] = []
  /// Batches in memory.
  private static let limit = 2

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
  mutating func batch(_ entry: Int) throws(DatasetError) -> [String: [[Sample]]] {
    recent.removeAll { $0 == entry }
    recent.append(entry)
    if let known = batches[entry] { return known }
    if recent.count > Self.limit { batches[recent.removeFirst()] = nil }
    let samples = try dataset.samples(ofEntry: entry)
    batches[entry] = samples
    return samples
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
