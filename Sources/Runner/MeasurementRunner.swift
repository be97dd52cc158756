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
  /// - Throws: `RunnerError` if a model cannot be loaded, if both have the same weights or if an engine keeps prompts unsaid, `StoreError`, what reading and
  ///   adding to the plan's ledger of challenges throws, `CancellationError`.
  public func run(resuming: Bool = false, onStart: (SessionNumber) -> Void = { _ in }) async throws -> SessionNumber {
    try checkCapacity()
    // It is needed once the models are loaded; one that can't be read is said before.
    _ = try plan.challenges?.read()
    let session = try sessionStart(resuming: resuming)
    let rounds = rounds(of: session)
    let references = References(plan)
    let executables = ExecutableHashes()
    let models = plan.contenders.map {
      ModelUnderTest($0, plan: plan, references: references, executables: executables)
    }
    let order = (rounds?.first?.loadingOrder ?? plan.contenders.map(\.side)).compactMap(models.first(of:))
    do {
      let runs = try await start(order)
      try checkDifference(runs)
      try await checkPromptCache(order)
      if let difference = await tokenizerDifference(models, runs) { report(.otherTokenizers(difference)) }
      let number = try open(session, runs: runs)
      onStart(number)
      do {
        var recorder = Recorder(store: store, session: number, report: report)
        for model in order {
          if let run = runs[model.contender.side] { try recorder.begin(run) }
        }
        let work = try RemainingWork(
          plan.envelope, sides: models.map(\.contender.side), start: session, rounds: rounds, recorder: recorder)
        try await underLoad(number) { try await measure(work, models, &recorder) }
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

  private func measure(
    _ work: RemainingWork, _ models: [ModelUnderTest], _ recorder: inout Recorder
  ) async throws {
    report(.planned(total: work.total, done: work.done))
    var blockGuard = BlockGuard(plan.envelope.limits, environment: plan.environment)
    switch work.throughput {
    case .blocks(let blocks):
      try await warmUp(models, cells: Set(blocks.map(\.cell.id)))
      try await measureBlocks(blocks, models, &blockGuard, &recorder)
      try await askQuestions(work.questions, models, &blockGuard, &recorder)
      try await runLoops(work.loops, models, &blockGuard, &recorder)
    case .rounds(let queue):
      // Answers, live loops and streams come once, and one guardrail that they break spares all rounds beyond the fewest.
      try await askQuestions(work.questions, models, &blockGuard, &recorder)
      try await runLoops(work.loops, models, &blockGuard, &recorder)
      try await playStreams(work.streams, models, &blockGuard, &recorder)
      try await measureRounds(queue, models, &blockGuard, &recorder)
    }
  }

  private func askQuestions(
    _ questions: [(AccuracyTask, AccuracyTask.Item, Side)], _ models: [ModelUnderTest], _ blockGuard: inout BlockGuard,
    _ recorder: inout Recorder
  ) async throws {
    let takesBatches = await models.takeBatches
    for task in plan.envelope.accuracy where questions.contains(where: { $0.0.id == task.id }) {
      await blockGuard.begin(models)
      // Thresholds that are calibrated need all requests of a task at once, and queries share the documents' vectors.
      let limit =
        task.kind.isOfVectors ? task.items.count : task.kind.isChoice && takesBatches ? QuestionBatch.itemLimit : 1
      let own = questions.filter { $0.0.id == task.id }.map { (item: $0.1, side: $0.2) }
      for batch in QuestionBatch.batches(of: own, sides: models.map(\.contender.side), limit: limit) {
        guard let model = models.first(of: batch.side) else { continue }
        try await ask(batch, of: task, model, &recorder)
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
  /// The comparison is that challenge of its resident.
  case challenge(Int, ChallengeOrigin)
  /// Whether the engine keeps prompts is found out.
  case checkingCache(Side)
  case otherTokenizers(TokenizerDifference)
  case warmingUp(CellID)
  /// A round begins, from 1, in freshly loaded workers; rounds in place of void ones add to the planned.
  case round(Int, of: Int)
  /// Work that is known from now on, in samples.
  case planned(total: Int, done: Int)
  case measured(Side, Sample)
  /// What the rules on ratios show so far; the intervals hold at every look.
  case evidence([VerdictFace.Part])
  /// The evidence is enough: rounds of blocks from that one on are not measured.
  case stopped(StoppingReason, beforeRound: Int)
  /// Planned samples that will not be taken, because the evidence is enough, a tool loop ended early or a round is void.
  case skipped(Int)
  /// A block is void; if another takes its place, `added` samples are planned in addition.
  case voided(CellID, block: Int, reason: String, added: Int)
  /// A worker ended; a fresh one takes its place.
  case restarting(Side, reason: String)
}
