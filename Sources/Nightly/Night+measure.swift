import Envelopes
import Foundation
import Measurements
import ModelRegistry
import Promotion
import Runner
import Store

extension Night {
  /// Measures a task's session until it is complete or the time is over.
  ///
  /// - Throws: `CancellationError` at the end of the time or of the surrounding task; `RunnerError`, `StoreError`.
  func measure(
    _ task: NightTask, minutesLeft: Double, onStart: @escaping @Sendable (SessionNumber) -> Void
  ) async throws -> SessionNumber {
    let envelope = plan.envelopes[task.envelope]
    switch task.kind {
    case .endurance:
      let runnerPlan = try runnerPlan(
        task, plan.endurance ?? envelope, [try contender(.candidate, task.resident)])
      return try await measure(runnerPlan, in: host.store, resuming: false, minutesLeft, onStart)
    case .comparison:
      let contenders = [try contender(.resident, task.resident), try contender(.candidate, task.candidate)]
      var runnerPlan = try runnerPlan(task, envelope, contenders)
      runnerPlan.challenges = ChallengeLedgerFile(beside: host.registry.url)
      runnerPlan.admission = try host.admission
      do {
        return try await measure(runnerPlan, in: host.store, resuming: task.resumes, minutesLeft, onStart)
      } catch StoreError.runMismatch where task.resumes {
        // Files or programs are others since it was cut off, so nothing ever goes on with it; it stays counted.
        return try await measure(runnerPlan, in: host.store, resuming: false, minutesLeft, onStart)
      }
    case .screening:
      var runnerPlan = try runnerPlan(
        task, envelope.screening ?? envelope, [try contender(.candidate, task.candidate)])
      runnerPlan.role = nil
      return try await measure(runnerPlan, in: host.store, resuming: false, minutesLeft, onStart)
    case .sentinel:
      let folder = try host.library.folder(of: task.resident)
      let copy = FileManager.default.temporaryDirectory.appendingPathComponent("resident-copy-\(UUID().uuidString)")
      try FileManager.default.copyItem(at: folder.resolvingSymlinksInPath(), to: copy)
      defer { try? FileManager.default.removeItem(at: copy) }
      let store = try MeasurementStore(at: host.calibration, mode: .readWrite)
      let copySide = try SentinelReading.nextCopySide(in: store, host: Measurements.Host.current.fingerprint)
      let contenders = try Side.allCases.map { side in
        guard side == copySide else { return try contender(side, task.resident) }
        return MeasurementPlan.Contender(side: side, model: SentinelReading.copy(of: task.resident), folder: copy)
      }
      var runnerPlan = try runnerPlan(task, envelope, contenders)
      runnerPlan.allowsSameWeights = true
      return try await measure(runnerPlan, in: store, resuming: false, minutesLeft, onStart)
    }
  }

  /// What the sentinel's comparison says about the host; nil if it lacks what that needs.
  func sentinelReading(_ number: SessionNumber) throws -> SentinelReading? {
    try SentinelReading.read(number, in: try MeasurementStore(at: host.calibration, mode: .readOnly))
  }

  private func measure(
    _ runnerPlan: MeasurementPlan, in store: MeasurementStore, resuming: Bool, _ minutesLeft: Double,
    _ onStart: @escaping @Sendable (SessionNumber) -> Void
  ) async throws -> SessionNumber {
    let report = report
    let work = Task {
      try await MeasurementRunner(runnerPlan, store: store) { report(.measuring($0)) }
        .run(resuming: resuming, onStart: onStart)
    }
    let alarm = Task {
      try await Task.sleep(for: .seconds(minutesLeft * 60))
      work.cancel()
    }
    defer { alarm.cancel() }
    return try await withTaskCancellationHandler {
      try await work.value
    } onCancel: {
      work.cancel()
    }
  }

  private func contender(_ side: Side, _ model: ModelID) throws -> MeasurementPlan.Contender {
    let folder = try host.library.folder(of: model)
    return MeasurementPlan.Contender(
      side: side, model: model, folder: folder, predictionBasis: host.predictionBasis?(folder))
  }

  private func runnerPlan(
    _ task: NightTask, _ envelope: Envelope, _ contenders: [MeasurementPlan.Contender]
  ) throws -> MeasurementPlan {
    var references: [ModelID: URL] = [:]
    for id in envelope.accuracy.compactMap(\.reference) { references[id] = try host.library.folder(of: id) }
    var runnerPlan = MeasurementPlan(
      envelope: envelope, contenders: contenders, role: task.role, environment: task.environment,
      command: host.command, threads: plan.threads, version: host.version, references: references,
      referenceCache: host.library.root.appendingPathComponent(".references"))
    runnerPlan.limits = plan.limits
    runnerPlan.memoryBudget = plan.budget.memoryBytes
    runnerPlan.memoryLimit = plan.budget.workerMemoryBytes
    if task.environment == .underLoad {
      runnerPlan.load = BackgroundLoad(
        model: task.resident, folder: try host.library.folder(of: task.resident), stream: plan.load)
    }
    return runnerPlan
  }
}
