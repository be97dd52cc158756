import JSON
import Measurements
import Store

/// A session of a dataset, as far as it is read without its samples.
public struct PublishedSession: Sendable {
  public let session: MeasurementSession
  /// In the order of loading.
  public let runs: [Run]
  public let voids: [BlockVoid]
  /// The position of the index's entry whose shards hold its samples.
  let entry: Int

  /// What a verdict may depend on but for the samples; nil for the measurements of one model.
  public func evidence(_ envelope: JSONValue, samples: [[Sample]] = []) -> Evidence? {
    guard session.resident != nil, let resident = runs.first(where: { $0.side == .resident }),
      let candidate = runs.first(where: { $0.side == .candidate })
    else { return nil }
    func ofSide(_ side: Side) -> [Sample] { zip(runs, samples).filter { $0.0.side == side }.flatMap(\.1) }
    return Evidence(
      session: session, state: .complete, envelope: envelope, resident: resident, candidate: candidate,
      residentSamples: ofSide(.resident), candidateSamples: ofSide(.candidate), voids: voids)
  }
}

/// A verdict of a dataset.
public struct PublishedVerdict: Sendable {
  /// The shard's path within the dataset.
  public let name: String
  /// The UUID of the session that it is about.
  public let session: String
  public let key: VerdictKey
  public let verdict: JSONValue
}
