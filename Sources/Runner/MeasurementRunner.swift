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
  /// - Throws: `RunnerError` if a model cannot be loaded, `StoreError`, `CancellationError`.
  public func run(resuming: Bool = false, onStart: (SessionNumber) -> Void = { _ in }) async throws -> SessionNumber {
    try checkCapacity()
    let references = References(plan)
    let models = plan.contenders.map { ModelUnderTest($0, plan: plan, references: references) }
    do {
      let runs = try await start(models)
      let number = try open(resuming: resuming, runs: runs)
      onStart(number)
      do {
        try await underLoad(number) { try await measure(models, runs: runs, in: number) }
        if models.count == 2 {
          let inputs = VerdictInputs(try store.evidence(number, .blocks))
          for void in try Judge(inputs, under: plan.envelope).voids { try store.void(void, in: number) }
        }
        try store.finish(number, state: .complete)
      } catch {
        try store.finish(number, state: .interrupted)
        throw error
      }
      for model in models { await model.close() }
      await references.close()
      return number
    } catch {
      for model in models { await model.close() }
      await references.close()
      throw error
    }
  }

  private func start(_ models: [ModelUnderTest]) async throws -> [Side: Run] {
    var runs: [Side: Run] = [:]
    for model in models {
      try Task.checkCancellation()
      report(.loading(model.contender.side, model.contender.model))
      let run = try await load(model)
      report(.loaded(model.contender.side, run.model, seconds: run.load.loadSeconds))
      runs[model.contender.side] = run
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

  private func measure(_ models: [ModelUnderTest], runs: [Side: Run], in number: SessionNumber) async throws {
    let earlier = try store.samples(of: number, side: nil)
    let voids = try store.session(number).voids
    var recorder = Recorder(store: store, session: number, report: report)
    for model in models {
      if let run = runs[model.contender.side] { try recorder.begin(run) }
    }
    let sides = models.map(\.contender.side)
    let work = try RemainingWork(plan.envelope, sides: sides, earlier: earlier, voids: voids, recorder: recorder)
    report(.planned(total: work.total, done: work.done))
    try await warmUp(models, cells: Set(work.blocks.map(\.cell.id)))
    var blockGuard = BlockGuard(plan.envelope.environment, environment: plan.environment)
    try await measureBlocks(work.blocks, models, &blockGuard, &recorder)
    try await askQuestions(work.questions, models, &blockGuard, &recorder)
    try await runLoops(work.loops, models, &blockGuard, &recorder)
  }

  private func askQuestions(
    _ questions: [(AccuracyTask, AccuracyTask.Item, Side)], _ models: [ModelUnderTest], _ blockGuard: inout BlockGuard,
    _ recorder: inout Recorder
  ) async throws {
    for task in plan.envelope.accuracy where questions.contains(where: { $0.0.id == task.id }) {
      await blockGuard.begin(models)
      for (_, item, side) in questions.filter({ $0.0.id == task.id }) {
        guard let model = models.first(where: { $0.contender.side == side }) else { continue }
        try await take(&recorder, model) { await model.ask(item, of: task) }
      }
      // An answer is as right on a busy machine as on a quiet one: what was seen is recorded, and nothing voided.
      _ = try blockGuard.end(cell: task.id, block: 0, recorder)
      _ = recorder.takeDisturbance()
    }
  }

  /// Sends requests whose times are thrown away, so that caches, branch predictors and clocks settle.
  private func warmUp(_ models: [ModelUnderTest], cells: Set<CellID>) async throws {
    for cell in plan.envelope.throughput where cells.contains(cell.id) {
      report(.warmingUp(cell.id))
      for model in models {
        for repetition in 0..<plan.envelope.plan.warmUps {
          try Task.checkCancellation()
          _ = await model.measure(cell, block: -1, repetition: repetition)
        }
      }
    }
  }
}

/// What a runner reports while it works.
public enum RunnerEvent: Sendable {
  case loading(Side, ModelID)
  case loaded(Side, ModelID, seconds: Double)
  case warmingUp(CellID)
  /// Work that is known from now on, in samples.
  case planned(total: Int, done: Int)
  case measured(Side, Sample)
  /// The evidence is enough: rounds of blocks from that one on are not measured.
  case stopped(StoppingReason, beforeRound: Int)
  /// Planned samples that will not be taken, because a tool loop ended early.
  case skipped(Int)
  /// A block is void; if another takes its place, `added` samples are planned in addition.
  case voided(CellID, block: Int, reason: String, added: Int)
  /// A worker ended; a fresh one takes its place.
  case restarting(Side, reason: String)
}
