import JSON
import Measurements
import Store

/// A session as anyone may see it: the only way from the store to the dataset's files.
struct PublicSession {
  let number: SessionNumber
  let session: MeasurementSession
  let origin: Origin
  let cells: EnvelopeCells
  /// In the order of loading.
  let runs: [Run]
  let voids: [BlockVoid]
  /// The samples of each run.
  let samples: [[Sample]]
  let context: HostContext
  let startedAt: UTCTime
  private let voidReasons: [BlockPlace: String]

  /// - Parameters:
  ///   - cells: Of the session's envelope, which ``ExaminedEnvelope`` has checked.
  ///   - samples: Of each run; empty, like `context`, if only the context is exported.
  /// - Throws: `unusableTime`.
  init(
    _ record: SessionRecord, _ cells: EnvelopeCells, samples: [[Sample]], context: HostContext,
    _ redactor: Redactor
  ) throws(DatasetError) {
    guard let startedAt = UTCTime(record.session.startedAt) else { throw .unusableTime(record.number) }
    self.startedAt = startedAt
    self.cells = cells
    number = record.number
    session = redactor.session(record.session)
    origin = record.mark.origin
    runs = record.runs.map(redactor.run)
    voids = record.voids.map { redactor.void($0, names: cells.names) }
    voidReasons = Dictionary(
      voids.map { (BlockPlace(cell: $0.cell, block: $0.block), $0.reason) }, uniquingKeysWith: { first, _ in first })
    self.context = redactor.context(context, names: cells.names)
    self.samples = samples.map { ofRun in ofRun.map { redactor.sample($0, names: cells.names) } }
  }

  /// Why the block of a sample is not scored; nil if it is.
  func voidReason(of place: Sample.Place) -> String? {
    voidReasons.isEmpty ? nil : voidReasons[BlockPlace(cell: place.cell, block: place.block)]
  }
}

private struct BlockPlace: Hashable {
  let cell: CellID
  let block: Int
}
