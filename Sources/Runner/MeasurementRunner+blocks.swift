import Envelopes
import Measurements
import WorkerProtocol

extension MeasurementRunner {
  /// Measures blocks until the evidence is enough; a void one gets another in its place.
  func measureBlocks(
    _ blocks: [ScheduledBlock], _ models: [ModelUnderTest], _ blockGuard: inout BlockGuard, _ recorder: inout Recorder
  ) async throws {
    let stopping = try Stopping(store, recorder.session, plan)
    var queue = BlockQueue(blocks, of: plan.envelope)
    while let block = queue.pop() {
      let look = try stopping.look(before: block)
      if !look.standing.isEmpty { report(.evidence(look.standing)) }
      if let reason = look.reason {
        report(.stopped(reason, beforeRound: block.block))
        report(.skipped(block.order.count + queue.samplesLeft))
        break
      }
      guard let reason = try await measure(block, models, &blockGuard, &recorder) else { continue }
      let isReplaced = queue.replace(block)
      report(
        .voided(block.cell.id, block: block.block, reason: reason, added: isReplaced ? block.order.count : 0))
    }
  }

  /// Measures one block: in slices where the models can take turns within a request, else in whole requests.
  ///
  /// - Parameter schedule: Nil for a plan by blocks, whose requests are whole.
  /// - Returns: Why it is void, or nil.
  func measure(
    _ block: ScheduledBlock, in schedule: RoundSchedule? = nil, _ models: [ModelUnderTest],
    _ blockGuard: inout BlockGuard, _ recorder: inout Recorder
  ) async throws -> String? {
    await blockGuard.begin(models)
    do {
      if let schedule, let chunk = await models.prefillChunk {
        try await measureInSlices(block, in: schedule, chunk: chunk, models, &recorder)
      } else {
        try await measureWhole(block, block.order, models, &recorder)
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

  /// Makes whole requests, one for each side in the order.
  ///
  /// - Parameter first: The repetition that each side's first request is.
  /// - Returns: Their samples.
  @discardableResult
  func measureWhole(
    _ block: ScheduledBlock, _ order: some Sequence<Side>, from first: Int = 0, _ models: [ModelUnderTest],
    _ recorder: inout Recorder
  ) async throws -> [Sample] {
    var repetitions: [Side: Int] = [:]
    var samples: [Sample] = []
    for side in order {
      guard let model = models.first(of: side) else { continue }
      let repetition = repetitions[side, default: first]
      repetitions[side] = repetition + 1
      samples.append(
        try await take(&recorder, model) {
          await model.measure(block.cell, block: block.block, repetition: repetition)
        })
    }
    return samples
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
    try await checkFiles(of: model, recorder)
    try recorder.record(sample, of: model.contender.side)
    if let problem = await model.takeCacheProblem() { recorder.disturb(problem) }
    try await replaceWorker(of: model, &recorder)
    return sample
  }

  /// - Parameter failure: How the model's worker ended, if it did: then the files' bytes are looked at too.
  /// - Throws: `RunnerError.filesReplaced` if the model's files are not those that were loaded, `.filesUnreadable` if the
  ///   worker could not read them.
  func checkFiles(
    of model: ModelUnderTest, _ recorder: Recorder, after failure: WorkerFailure? = nil
  ) async throws {
    let replaced = failure == nil ? await model.replacedFiles : await model.changedFiles
    if replaced.isEmpty, let failure, failure.isOfFiles {
      let error = RunnerError.filesUnreadable(model.contender.model, failure)
      try recorder.record(.filesReplaced, "\(error)", model: model.contender.model)
      throw error
    }
    guard !replaced.isEmpty else { return }
    let error = RunnerError.filesReplaced(model.contender.model, files: replaced)
    try recorder.record(.filesReplaced, "\(error)", model: model.contender.model)
    throw error
  }

  /// Starts a fresh worker if the last one ended; whatever was being measured is then disturbed.
  ///
  /// If none can be started, the model's later samples fail; the other model's are still worth having.
  ///
  /// - Returns: Whether there is a fresh one.
  /// - Throws: `RunnerError.filesReplaced` or `.filesUnreadable`: a model is not blamed for what became of its files.
  @discardableResult
  func replaceWorker(of model: ModelUnderTest, _ recorder: inout Recorder) async throws -> Bool {
    guard let failure = await model.takeFailure() else { return false }
    let side = model.contender.side
    recorder.disturb("\(BlockVoid.workerEnd(of: side)): \(failure)")
    try recorder.record(failure.isHang ? .workerHung : .workerDied, "\(failure)", model: model.contender.model)
    try await checkFiles(of: model, recorder, after: failure)
    guard await model.needsRestart else { return false }
    report(.restarting(side, reason: "\(failure)"))
    guard let run = try? await model.restart() else { return false }
    try recorder.begin(run)
    return true
  }
}
