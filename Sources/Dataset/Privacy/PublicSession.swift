import JSON
import Measurements
import Store

/// A session as the world may see it: the one gate between the store and the dataset's files.
struct PublicSession {
  let number: SessionNumber
  let session: MeasurementSession
  let cells: EnvelopeCells
  /// In the order of loading.
  let runs: [Run]
  let voids: [BlockVoid]
  /// Of each run.
  let samples: [[Sample]]
  let surroundings: Surroundings
  let startedAt: UTCTime
  private let voidReasons: [BlockPlace: String]

  /// - Parameters:
  ///   - cells: Of the session's envelope, which has passed ``PublicEnvelope``.
  ///   - samples: Of each run; empty where only the context is wanted, like `surroundings`.
  /// - Throws: `unusableTime`.
  init(
    _ record: SessionRecord, _ cells: EnvelopeCells, samples: [[Sample]], surroundings: Surroundings,
    _ redactor: Redactor
  ) throws(DatasetError) {
    guard let startedAt = UTCTime(record.session.startedAt) else { throw .unusableTime(record.number) }
    self.startedAt = startedAt
    self.cells = cells
    number = record.number
    session = redactor.session(record.session)
    runs = record.runs.map(redactor.run)
    voids = record.voids.map { redactor.void($0, names: cells.names) }
    voidReasons = Dictionary(
      voids.map { (BlockPlace(cell: $0.cell, block: $0.block), $0.reason) }, uniquingKeysWith: { first, _ in first })
    self.surroundings = redactor.surroundings(surroundings, names: cells.names)
    self.samples = samples.map { ofRun in ofRun.map { redactor.sample($0, names: cells.names) } }
  }

  /// Why the block of a sample is not scored, or nil.
  func voidReason(of place: Sample.Place) -> String? {
    voidReasons.isEmpty ? nil : voidReasons[BlockPlace(cell: place.cell, block: place.block)]
  }
}

private struct BlockPlace: Hashable {
  let cell: CellID
  let block: Int
}
