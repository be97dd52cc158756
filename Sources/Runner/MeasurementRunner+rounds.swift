import Measurements
import WorkerProtocol

extension MeasurementRunner {
  /// Measures rounds until the evidence is enough; a void one gets another in its place.
  ///
  /// The workers of the first have been loaded for it.
  func measureRounds(
    _ rounds: RoundQueue, _ models: [ModelUnderTest], _ blockGuard: inout BlockGuard, _ recorder: inout Recorder
  ) async throws {
    let stopping = try Stopping(store, recorder.session, plan)
    var queue = rounds
    var isLoaded = true
    while let round = queue.pop() {
      let look = try stopping.look(before: round)
      if !look.standing.isEmpty { report(.evidence(look.standing)) }
      if let reason = look.reason {
        report(.stopped(reason, beforeRound: round.number))
        report(.skipped((queue.leftCount + 1) * queue.schedule.samplesPerRound))
        break
      }
      if !isLoaded { try await reload(models, for: round, &recorder) }
      isLoaded = false
      report(.round(round.number + 1, of: queue.count))
      try await measure(round, in: &queue, models, &blockGuard, &recorder)
    }
  }

  /// Measures one round, unless it is void before its end.
  private func measure(
    _ round: ScheduledRound, in queue: inout RoundQueue, _ models: [ModelUnderTest], _ blockGuard: inout BlockGuard,
    _ recorder: inout Recorder
  ) async throws {
    let schedule = queue.schedule
    for block in round.blocks {
      let reason = try await measure(block, in: schedule, models, &blockGuard, &recorder)
      if let reason, try replace(round, void: block.cell.id, reason, in: &queue, recorder) { return }
    }
    for cell in round.replays.map(TurnCell.replay) + round.embedding.map(TurnCell.embedding) {
      let reason = try await measureInTurns(cell, in: schedule, round: round.number, models, &blockGuard, &recorder)
      if let reason, try replace(round, void: cell.id, reason, in: &queue, recorder) { return }
    }
  }

  /// Adds a round in place of one that a cell made void. A round counts whole or not at all: all its other blocks are void
  /// with that one, and those that are left are not measured.
  ///
  /// - Returns: Whether another could be added; if not, the other blocks still count.
  private func replace(
    _ round: ScheduledRound, void cell: CellID, _ reason: String, in queue: inout RoundQueue, _ recorder: Recorder
  ) throws -> Bool {
    guard queue.addRound() else {
      report(.voided(cell, block: round.number, reason: reason, added: 0))
      return false
    }
    for other in round.cells where other != cell {
      try recorder.void(
        BlockVoid(cell: other, block: round.number, reason: "its round is void for \(cell): \(reason)"))
    }
    let schedule = queue.schedule
    report(.voided(cell, block: round.number, reason: reason, added: schedule.samplesPerRound))
    let left = round.cells.drop { $0 != cell }.dropFirst().reduce(0) { $0 + schedule.samples(of: $1) }
    if left > 0 { report(.skipped(left)) }
    return true
  }

  /// Loads the models anew, in fresh workers.
  ///
  /// If one cannot be loaded, its samples of the round fail; the other model's are still worth having.
  ///
  /// - Throws: `RunnerError.filesReplaced` if a model's files are not those that were loaded before, `StoreError`,
  ///   `CancellationError`.
  private func reload(
    _ models: [ModelUnderTest], for round: ScheduledRound, _ recorder: inout Recorder
  ) async throws {
    for model in models { await model.close() }
    for model in round.loadingOrder.compactMap(models.first(of:)) {
      try Task.checkCancellation()
      try await checkFiles(of: model, recorder)
      do {
        try recorder.begin(try await startTwice(model))
      } catch RunnerError.notLoaded(let id, let failure) {
        try recorder.record(
          failure.isHang ? .workerHung : .workerDied, "not loaded for round \(round.number + 1): \(failure)", model: id)
        try await checkFiles(of: model, recorder, after: failure)
      }
    }
  }
}

extension MeasurementRunner {
  /// Measures a block in which the models take turns: a whole request of each, which yields its figures and warms up, and
  /// then one of each in slices.
  func measureInSlices(
    _ block: ScheduledBlock, in schedule: RoundSchedule, chunk: Int, _ models: [ModelUnderTest],
    _ recorder: inout Recorder
  ) async throws {
    let whole = try await measureWhole(block, block.order.prefix(2), from: 1, models, &recorder)
    let readings = whole.compactMap(\.throughput)
    guard let slice = plan.envelope.plan.slice, readings.count == models.count else {
      // A model that fails leaves the other nothing to take turns with.
      try await measureWhole(block, block.order.dropFirst(2), models, &recorder)
      return
    }
    let pair = SlicedPair(
      cell: block.cell, block: block.block, sizes: SliceSizes(slice, readings: readings, chunk: chunk),
      turns: schedule.sliceTurns(of: block.cell.id, round: block.block), models: models)
    try await take(pair, models, &recorder)
  }

  /// Takes both samples of a pair and makes them durable.
  ///
  /// A worker that ends meanwhile is replaced, and both are asked again once; then its end is its sample.
  private func take(_ pair: SlicedPair, _ models: [ModelUnderTest], _ recorder: inout Recorder) async throws {
    var samples = try await pair.samples()
    var isReplaced = false
    for model in models {
      if try await replaceWorker(of: model, &recorder) { isReplaced = true }
    }
    if isReplaced { samples = try await pair.samples() }
    for model in models { try await checkFiles(of: model, recorder) }
    for (side, sample) in samples { try recorder.record(sample, of: side) }
    for model in models {
      if let problem = await model.takeCacheProblem() { recorder.disturb(problem) }
    }
    for model in models { try await replaceWorker(of: model, &recorder) }
  }
}
