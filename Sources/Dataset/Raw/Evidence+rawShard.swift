import Crypto
import Foundation
import JSON
import Measurements
import Store
import Vocabulary

extension Evidence {
  /// Rebuilds the evidence of a comparison from a file of the dataset's folder `raw/`.
  ///
  /// It equals what the store held but for what stayed on the machine: names and paths in free text, and what a worker
  /// said of its model beyond the published members. No verdict depends on these.
  ///
  /// - Throws: `DatasetError`: `file`, `hashMismatch`, `malformed` or `notAComparison`.
  public init(rawShard url: URL) throws(DatasetError) {
    let name = url.lastPathComponent
    let values = try ShardFile.rows(of: url)
    guard let first = values.first else { throw .malformed(name: name, line: 1, problem: "the file is empty") }
    let header = RawRow<SessionColumn>(value: first, name: name, line: 1)
    guard try header.integer(.schemaVersion) == datasetSchemaVersion else {
      throw header.error("the columns are of another version; this program reads \(datasetSchemaVersion)")
    }
    let session = try MeasurementSession(header)
    guard session.resident != nil else { throw .notAComparison(name: name) }
    var runs: [Side: Run] = [:]
    for row in try header.rows(.runs, RunColumn.self) {
      let run = try Run(row)
      // A side's later runs are of the same weights and engine, after its worker was started anew.
      if let side = run.side, runs[side] == nil { runs[side] = run }
    }
    guard let resident = runs[.resident], let candidate = runs[.candidate] else {
      throw header.error("\"runs\" lacks the resident or the candidate")
    }
    var samples: [Side: [Sample]] = [:]
    for (index, value) in values.enumerated().dropFirst() {
      let row = RawRow<SampleColumn>(value: value, name: name, line: index + 1)
      samples[try row.choice(.side), default: []].append(try Sample(row))
    }
    var voids: [BlockVoid] = []
    for row in try header.rows(.voids, VoidColumn.self) { voids.append(try BlockVoid(row)) }
    self.init(
      session: session, state: try header.choice(.state), envelope: try header.envelope(of: session),
      resident: resident, candidate: candidate, residentSamples: samples[.resident] ?? [],
      candidateSamples: samples[.candidate] ?? [], voids: voids)
  }
}

extension RawRow<SessionColumn> {
  /// The envelope, which must have the hash that the session names.
  fileprivate func envelope(of session: MeasurementSession) throws(DatasetError) -> JSONValue {
    let envelope = try required(.envelope) { $0 }
    let hash = SHA256.hexadecimal(of: Array(envelope.serialized(.canonical).utf8))
    guard hash == session.envelopeHash.rawValue else {
      throw error("the envelope has another hash than \"\(SessionColumn.envelopeHash.rawValue)\" says")
    }
    return envelope
  }
}
