import Envelopes
import Foundation
import Measurements
import Store
import Verdicts

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
    try checkCapacity()
    let references = References(plan)
    let benches = plan.contenders.map { Bench($0, plan: plan, references: references) }
    do {
      let runs = try await start(benches)
      let number = try open(resuming: resuming, runs: runs)
      onStart(number)
      do {
        try await underLoad(number) { try await measure(benches, runs: runs, in: number) }
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
      let run = try await load(bench)
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
    let voids = try store.session(number).voids
    var recorder = Recorder(store: store, session: number, report: report)
    for bench in benches {
      if let run = runs[bench.contender.side] { try recorder.begin(run) }
    }
    let sides = benches.map(\.contender.side)
    let work = try RemainingWork(plan.envelope, sides: sides, earlier: earlier, voids: voids, recorder: recorder)
    report(.planned(total: work.total, done: work.done))
    try await warmUp(benches, cells: Set(work.blocks.map(\.cell.id)))
    var blockGuard = BlockGuard(plan.envelope.environment, environment: plan.environment)
    try await measureBlocks(work.blocks, benches, &blockGuard, &recorder)
    try await askQuestions(work.questions, benches, &blockGuard, &recorder)
    try await runLoops(work.loops, benches, &blockGuard, &recorder)
  }

  private func askQuestions(
    _ questions: [(AccuracyTask, AccuracyTask.Item, Side)], _ benches: [Bench], _ blockGuard: inout BlockGuard,
    _ recorder: inout Recorder
  ) async throws {
    for task in plan.envelope.accuracy where questions.contains(where: { $0.0.id == task.id }) {
      await blockGuard.begin(benches)
      for (_, item, side) in questions.filter({ $0.0.id == task.id }) {
        guard let bench = benches.first(where: { $0.contender.side == side }) else { continue }
        try await take(&recorder, bench) { await bench.ask(item, of: task) }
      }
      // An answer is as right on a busy machine as on a quiet one: what was seen is kept, and nothing voided.
      _ = try blockGuard.end(cell: task.id, block: 0, recorder)
      _ = recorder.takeDisturbance()
    }
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
}
