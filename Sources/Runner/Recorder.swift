import Measurements
import Store
import Vocabulary

/// Writes a session's rows in the order in which they come.
struct Recorder {
  let store: MeasurementStore
  let session: SessionNumber
  let report: @Sendable (RunnerEvent) -> Void
  private var runs: [Side: RunNumber] = [:]

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

  func void(_ void: BlockVoid) throws { try store.void(void, in: session) }
}
