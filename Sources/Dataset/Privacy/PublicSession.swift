import JSON
import Measurements
import Store

/// The samples of one side.
struct SidedSamples {
  var side: Side?
  var samples: [Sample]
}

/// A session as the world may see it: the one gate between the store and the dataset's files.
struct PublicSession {
  let number: SessionNumber
  let session: MeasurementSession
  let state: MeasurementSession.State
  let envelope: JSONValue
  let runs: [Run]
  let voids: [BlockVoid]
  let samples: [SidedSamples]
  let startedAt: UTCTime

  /// - Throws: `revealingEnvelope`, as an envelope is published whole or not at all; `unusableTime`.
  init(_ record: SessionRecord, samples: [SidedSamples], _ redactor: Redactor) throws(DatasetError) {
    if let what = redactor.revelation(in: record.envelope.serialized()) {
      throw .revealingEnvelope(record.number, what: what)
    }
    guard let startedAt = UTCTime(record.session.startedAt) else { throw .unusableTime(record.number) }
    self.startedAt = startedAt
    number = record.number
    session = redactor.session(record.session)
    state = record.state
    envelope = record.envelope
    runs = record.runs.map(redactor.run)
    voids = record.voids.map(redactor.void)
    self.samples = samples.map { SidedSamples(side: $0.side, samples: $0.samples.map(redactor.sample)) }
  }

  /// The runs of a side, in the order of loading.
  func runs(of side: Side?) -> [Run] { runs.filter { $0.side == side } }

  func samples(of side: Side?) -> [Sample] { samples.first { $0.side == side }?.samples ?? [] }
}
