import Envelopes
import Measurements
import Store
import Verdicts

extension MeasurementRunner {
  /// Measures blocks until the evidence is enough; a void one gets another in its place.
  func measureBlocks(
    _ blocks: [ScheduledBlock], _ models: [ModelUnderTest], _ blockGuard: inout BlockGuard, _ recorder: inout Recorder
  ) async throws {
    let stopping = try Stopping(store, recorder.session, plan)
    var queue = BlockQueue(blocks, of: plan.envelope)
    while let block = queue.pop() {
      if let reason = try stopping.reason(before: block) {
        report(.stopped(reason, beforeRound: block.block))
        break
      }
      guard let reason = try await measure(block, models, &blockGuard, &recorder) else { continue }
      let isReplaced = queue.replace(block)
      report(
        .voided(block.cell.id, block: block.block, reason: reason, added: isReplaced ? block.order.count : 0))
    }
  }

  /// Measures one block; returns why it is void, or nil.
  private func measure(
    _ block: ScheduledBlock, _ models: [ModelUnderTest], _ blockGuard: inout BlockGuard, _ recorder: inout Recorder
  ) async throws -> String? {
    await blockGuard.begin(models)
    var repetitions: [Side: Int] = [:]
    do {
      for side in block.order {
        guard let model = models.first(where: { $0.contender.side == side }) else { continue }
        let repetition = repetitions[side, default: 0]
        repetitions[side] = repetition + 1
        try await take(&recorder, model) {
          await model.measure(block.cell, block: block.block, repetition: repetition)
        }
      }
    } catch let error as RunnerError {
      try recorder.void(BlockVoid(cell: block.cell.id, block: block.block, reason: "\(error)"))
      throw error
    }
    let seen = try blockGuard.end(cell: block.cell.id, block: block.block, recorder)
    guard let reason = recorder.takeDisturbance() ?? seen else { return nil }
    try recorder.void(BlockVoid(cell: block.cell.id, block: block.block, reason: reason))
    return reason
  }

  /// Takes one sample and makes it durable.
  ///
  /// A worker that ends meanwhile is asked again once, in a fresh process; then its end is the sample.
  ///
  /// - Throws: `RunnerError.filesReplaced` if the model's files are not those that were loaded.
  @discardableResult
  func take(
    _ recorder: inout Recorder, _ model: ModelUnderTest, _ measure: () async -> Sample
  ) async throws -> Sample {
    try Task.checkCancellation()
    var sample = await measure()
    if try await replaceWorker(of: model, &recorder) { sample = await measure() }
    let replaced = await model.replacedFiles
    if !replaced.isEmpty {
      let error = RunnerError.filesReplaced(model.contender.model, files: replaced)
      try recorder.record(.filesReplaced, "\(error)", model: model.contender.model)
      throw error
    }
    try recorder.record(sample, of: model.contender.side)
    try await replaceWorker(of: model, &recorder)
    return sample
  }

  /// Starts a fresh worker if the last one ended; whatever was being measured is then disturbed.
  ///
  /// If none can be started, the model's later samples fail; the other model's are still worth having.
  ///
  /// - Returns: Whether there is a fresh one.
  @discardableResult
  private func replaceWorker(of model: ModelUnderTest, _ recorder: inout Recorder) async throws -> Bool {
    guard let failure = await model.takeFailure() else { return false }
    let side = model.contender.side
    recorder.disturb("the \(side.rawValue)'s worker was replaced: \(failure)")
    try recorder.record(failure.isHang ? .workerHung : .workerDied, "\(failure)", model: model.contender.model)
    guard await model.needsRestart else { return false }
    report(.restarting(side, reason: "\(failure)"))
    guard let run = try? await model.restart() else { return false }
    try recorder.begin(run)
    return true
  }
}

/// Asks the promotion rule before each round whether the evidence is enough.
struct Stopping {
  private let store: MeasurementStore
  private let session: SessionNumber
  private let envelope: Envelope
  /// The comparisons whose blocks count as well; nil if the plan is measured whole.
  private let pooled: [Evidence]?

  init(_ store: MeasurementStore, _ session: SessionNumber, _ plan: MeasurementPlan) throws {
    self.store = store
    self.session = session
    envelope = plan.envelope
    let mayStop = plan.contenders.count == 2 && envelope.plan.minimumBlocks < envelope.plan.blocks
    pooled = mayStop ? try store.verdictInputs(of: session, .blocks).pooled : nil
  }

  /// Why that block and those after it need not be measured.
  func reason(before block: ScheduledBlock) throws -> StoppingReason? {
    guard let pooled, block.block >= envelope.plan.minimumBlocks, block.isFirstOfRound else { return nil }
    let inputs = VerdictInputs(try store.evidence(session, .blocks), pooled: pooled)
    return try Judge(inputs, under: envelope).stoppingReason()
  }
}
