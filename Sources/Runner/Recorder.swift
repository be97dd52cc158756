import Measurements
import Platform
import Store

/// Writes a session's rows in the order in which they come.
struct Recorder {
  let store: MeasurementStore
  let session: SessionNumber
  let report: @Sendable (RunnerEvent) -> Void
  private var runs: [Side: RunNumber] = [:]
  /// Why what is being measured must not count, or nil.
  private(set) var disturbance: String?

  init(store: MeasurementStore, session: SessionNumber, report: @escaping @Sendable (RunnerEvent) -> Void) {
    self.store = store
    self.session = session
    self.report = report
  }

  mutating func begin(_ run: Run) throws { runs[run.side ?? .candidate] = try store.append(run, to: session) }

  func record(_ sample: Sample, of side: Side) throws {
    guard let run = runs[side] else { return }
    try store.append(sample, to: run)
    report(.measured(side, sample))
  }

  mutating func disturb(_ reason: String) { disturbance = disturbance ?? reason }

  /// Why what was measured since the last call must not count, or nil.
  mutating func takeDisturbance() -> String? {
    defer { disturbance = nil }
    return disturbance
  }

  func record(_ kind: Incident.Kind, _ detail: String, model: ModelID? = nil, stamp: String? = nil) throws {
    try store.record(
      Incident(kind: kind, occurredAt: Machine.wallSeconds, model: model, stamp: stamp, detail: detail),
      session: session)
  }

  func record(_ observation: BlockObservation, cell: CellID, block: Int) throws {
    try store.record(observation, cell: cell, block: block, session: session)
  }

  func void(_ void: BlockVoid) throws { try store.void(void, in: session) }
}
