import Envelopes
import Foundation
import Measurements
import Store
import Verdicts
import Vocabulary

/// Runs a plan: every sample is in the store before the next one starts.
public struct MeasurementRunner: Sendable {
  let plan: MeasurementPlan
  let store: MeasurementStore
  let report: @Sendable (RunnerEvent) -> Void

  public init(
    _ plan: MeasurementPlan, store: MeasurementStore, report: @escaping @Sendable (RunnerEvent) -> Void = { _ in }
  ) {
    self.plan = plan
    self.store = store
    self.report = report
  }

  /// Measures all that the plan asks for and returns the session's number.
  ///
  /// Ends early, with the session marked interrupted, when the task is cancelled: what was measured is kept.
  ///
  /// - Parameters:
  ///   - resuming: Whether to go on with the latest interrupted session of the same models and envelope.
  ///   - onStart: Called with the session's number before the first sample.
  /// - Throws: `RunnerError` where a model cannot be loaded, `StoreError`, `CancellationError`.
  public func run(resuming: Bool = false, onStart: (SessionNumber) -> Void = { _ in }) async throws -> SessionNumber {
    let references = References(plan)
    let benches = plan.contenders.map { Bench($0, plan: plan, references: references) }
    do {
      let runs = try await start(benches)
      let number = try open(resuming: resuming, runs: runs)
      onStart(number)
      do {
        try await measure(benches, runs: runs, in: number)
        if benches.count == 2 {
          for void in try voids(in: try store.evidence(number)) { try store.void(void, in: number) }
        }
        try store.finish(number, state: .complete)
      } catch {
        try store.finish(number, state: .interrupted)
        throw error
      }
      for bench in benches { await bench.close() }
      await references.close()
      return number
    } catch {
      for bench in benches { await bench.close() }
      await references.close()
      throw error
    }
  }

  private func start(_ benches: [Bench]) async throws -> [Side: Run] {
    var runs: [Side: Run] = [:]
    for bench in benches {
      try Task.checkCancellation()
      report(.loading(bench.contender.side, bench.contender.model))
      let run = try await bench.start()
      report(.loaded(bench.contender.side, run.model, seconds: run.loadSeconds))
      runs[bench.contender.side] = run
    }
    return runs
  }

  private func open(resuming: Bool, runs: [Side: Run]) throws -> SessionNumber {
    if resuming {
      guard
        let number = try store.unfinished(
          envelope: plan.envelope.hash, resident: plan.model(of: .resident),
          candidate: plan.model(of: .candidate) ?? "", hostFingerprint: Measurements.Host.current.fingerprint)
      else { throw RunnerError.nothingToResume }
      try store.resume(number)
      return number
    }
    let session = MeasurementSession(
      uuid: UUID().uuidString.lowercased(), startedAt: Date().timeIntervalSince1970, envelopeID: plan.envelope.id,
      envelopeHash: plan.envelope.hash, role: plan.role, resident: plan.model(of: .resident),
      candidate: plan.model(of: .candidate) ?? "", orderSeed: plan.envelope.plan.orderSeed,
      environment: plan.environment, host: .current, residentVersion: plan.version)
    return try store.open(session, envelope: plan.envelope.source, runs: Array(runs.values))
  }

  private func measure(_ benches: [Bench], runs: [Side: Run], in number: SessionNumber) async throws {
    let earlier = try store.samples(of: number, side: nil)
    var recorder = Recorder(store: store, session: number, report: report)
    for bench in benches {
      if let run = runs[bench.contender.side] { try recorder.begin(run) }
    }
    let sides = benches.map(\.contender.side)
    let work = try RemainingWork(plan.envelope, sides: sides, earlier: earlier, recorder: recorder)
    report(.planned(total: work.total, done: work.done))
    try await warmUp(benches, cells: Set(work.blocks.map(\.cell.id)))
    let stopping = try Stopping(store, number, plan)
    for block in work.blocks {
      if let reason = try stopping.reason(before: block) {
        report(.stopped(reason, beforeRound: block.block))
        break
      }
      var repetitions: [Side: Int] = [:]
      for side in block.order {
        guard let bench = benches.first(where: { $0.contender.side == side }) else { continue }
        let repetition = repetitions[side, default: 0]
        repetitions[side] = repetition + 1
        try await take(&recorder, bench) { await bench.measure(block.cell, block: block.block, repetition: repetition) }
      }
    }
    for (task, item, side) in work.questions {
      guard let bench = benches.first(where: { $0.contender.side == side }) else { continue }
      try await take(&recorder, bench) { await bench.ask(item, of: task) }
    }
    try await runLoops(work.loops, benches, &recorder)
  }

  /// Requests whose times are thrown away: caches, branch predictors and clocks settle.
  private func warmUp(_ benches: [Bench], cells: Set<CellID>) async throws {
    for cell in plan.envelope.throughput where cells.contains(cell.id) {
      report(.warmingUp(cell.id))
      for bench in benches {
        for repetition in 0..<plan.envelope.plan.warmUps {
          try Task.checkCancellation()
          _ = await bench.measure(cell, block: -1, repetition: repetition)
        }
      }
    }
  }

  /// Takes one sample, makes it durable, and replaces the worker if that ended.
  @discardableResult
  func take(
    _ recorder: inout Recorder, _ bench: Bench, _ measure: () async -> Sample
  ) async throws -> Sample {
    try Task.checkCancellation()
    let sample = await measure()
    try recorder.record(sample, of: bench.contender.side)
    guard await bench.needsRestart else { return sample }
    if case .unscored(_, let message) = sample.outcome { report(.restarting(bench.contender.side, reason: message)) }
    // A worker that does not come back leaves its later cells failed; the other model's are still worth having.
    if let run = try? await bench.restart() { try recorder.begin(run) }
    return sample
  }
}
