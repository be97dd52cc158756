import Measurements
import Store
import Synchronization

@testable import Runner

extension MeasurementRunner {
  /// Runs a plan, and cancels it after that many samples, which throws `CancellationError`; nil runs it to its end.
  static func run(
    _ plan: MeasurementPlan, store: MeasurementStore, resuming: Bool = false, cancellingAfter samples: Int?
  ) async throws -> SessionNumber {
    let seen = Mutex(0)
    let work = Mutex<Task<SessionNumber, any Error>?>(nil)
    let runner = MeasurementRunner(plan, store: store) { event in
      guard case .measured = event else { return }
      let count = seen.withLock { seen in
        seen += 1
        return seen
      }
      if count == samples { work.withLock { $0?.cancel() } }
    }
    let task = work.withLock { work in
      let task = Task { try await runner.run(resuming: resuming) }
      work = task
      return task
    }
    return try await task.value
  }
}
