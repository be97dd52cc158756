import JSON
import Measurements

/// Rebuilds the evidence of a dataset's comparisons, with the samples of a few batches in memory.
public struct EvidenceLoader {
  private let dataset: PublishedDataset
  private let envelopes: [EnvelopeHash: JSONValue]
  private var batches: [Int: [String: [[Sample]]]] = [:]
  private var recent: [Int] = []
  private static let limit = 2

  /// - Throws: `DatasetError` for the first shard of envelopes that can't be used.
  public init(_ dataset: PublishedDataset) throws(DatasetError) {
    self.dataset = dataset
    envelopes = try dataset.envelopes()
  }

  /// The evidence without its samples; nil for the measurements of one model.
  ///
  /// - Throws: `malformed` where the dataset lacks the session's envelope.
  public func context(of session: PublishedSession) throws(DatasetError) -> Evidence? {
    session.evidence(try envelope(of: session))
  }

  /// The whole evidence.
  ///
  /// It equals what the store held but for what stayed on the machine: texts that models wrote, words in messages, and
  /// what a worker said of its model beyond the published members. No verdict depends on these.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  public mutating func evidence(of session: PublishedSession) throws(DatasetError) -> Evidence? {
    session.evidence(
      try envelope(of: session), samples: try batch(session.entry)[session.session.uuid] ?? [])
  }

  func envelope(of session: PublishedSession) throws(DatasetError) -> JSONValue {
    guard let envelope = envelopes[session.session.envelopeHash] else {
      throw .malformed(
        name: DatasetTable.envelopes.rawValue, line: 1,
        problem: "the envelope of session \(session.session.uuid) is missing")
    }
    return envelope
  }

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
