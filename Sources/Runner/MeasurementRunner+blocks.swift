import Measurements

extension MeasurementRunner {
  /// Measures blocks until the evidence is enough; a void one gets another in its place.
  func measureBlocks(
    _ blocks: [ScheduledBlock], _ benches: [Bench], _ blockGuard: inout BlockGuard, _ recorder: inout Recorder
  ) async throws {
    let stopping = try Stopping(store, recorder.session, plan)
    var queue = BlockQueue(blocks, of: plan.envelope)
    while let block = queue.pop() {
      if let reason = try stopping.reason(before: block) {
        report(.stopped(reason, beforeRound: block.block))
        break
      }
      guard let reason = try await measure(block, benches, &blockGuard, &recorder) else { continue }
      let isReplaced = queue.replace(block)
      report(
        .voided(block.cell.id, block: block.block, reason: reason, added: isReplaced ? block.order.count : 0))
    }
  }

  /// Measures one block; returns why it is void, or nil.
  private func measure(
    _ block: ScheduledBlock, _ benches: [Bench], _ blockGuard: inout BlockGuard, _ recorder: inout Recorder
  ) async throws -> String? {
    await blockGuard.begin(benches)
    var repetitions: [Side: Int] = [:]
    do {
      for side in block.order {
        guard let bench = benches.first(where: { $0.contender.side == side }) else { continue }
        let repetition = repetitions[side, default: 0]
        repetitions[side] = repetition + 1
        try await take(&recorder, bench) {
          await bench.measure(block.cell, block: block.block, repetition: repetition)
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
  /// - Throws: `RunnerError.filesReplaced` where the model's files are not those that were loaded.
  @discardableResult
  func take(
    _ recorder: inout Recorder, _ bench: Bench, _ measure: () async -> Sample
  ) async throws -> Sample {
    try Task.checkCancellation()
    var sample = await measure()
    if try await replaceWorker(of: bench, &recorder) { sample = await measure() }
    let replaced = await bench.replacedFiles
    if !replaced.isEmpty {
      let error = RunnerError.filesReplaced(bench.contender.model, files: replaced)
      try recorder.record(.filesReplaced, "\(error)", model: bench.contender.model)
      throw error
    }
    try recorder.record(sample, of: bench.contender.side)
    try await replaceWorker(of: bench, &recorder)
    return sample
  }

  /// Starts a fresh worker where the last one ended; whatever was being measured is then disturbed.
  ///
  /// A worker that does not come back leaves its later cells failed; the other model's are still worth having.
  ///
  /// - Returns: Whether there is a fresh one.
  @discardableResult
  private func replaceWorker(of bench: Bench, _ recorder: inout Recorder) async throws -> Bool {
    guard let failure = await bench.takeFailure() else { return false }
    let side = bench.contender.side
    recorder.disturb("the \(side.rawValue)'s worker was replaced: \(failure)")
    try recorder.record(failure.isHang ? .workerHung : .workerDied, "\(failure)", model: bench.contender.model)
    guard await bench.needsRestart else { return false }
    report(.restarting(side, reason: "\(failure)"))
    guard let run = try? await bench.restart() else { return false }
    try recorder.begin(run)
    return true
  }
}
