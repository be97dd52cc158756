import Envelopes
import Measurements

/// What a round measures in turns.
enum TurnCell {
  case replay(ToolLoopCell)
  case embedding(EmbeddingCell)

  var id: CellID {
    switch self {
    case .replay(let cell): cell.id
    case .embedding(let cell): cell.id
    }
  }
}

extension MeasurementRunner {
  /// Measures a cell with every model, in turns that take turns: what slows the machine down for longer than a turn hits the
  /// models alike.
  ///
  /// - Parameter number: Of the round.
  /// - Returns: Why it is void, or nil.
  func measureInTurns(
    _ cell: TurnCell, in schedule: RoundSchedule, round number: Int, _ models: [ModelUnderTest],
    _ blockGuard: inout BlockGuard, _ recorder: inout Recorder
  ) async throws -> String? {
    await blockGuard.begin(models)
    do {
      let order = schedule.sliceTurns(of: cell.id, round: number)
      switch cell {
      case .replay(let cell): try await takeTurns(in: cell, round: number, order, models, &recorder)
      case .embedding(let cell): try await takeTurns(in: cell, round: number, order, models, &recorder)
      }
    } catch let error as RunnerError {
      try recorder.void(BlockVoid(cell: cell.id, block: number, reason: "\(error)"))
      throw error
    }
    let seen = try blockGuard.end(cell: cell.id, block: number, recorder)
    guard let reason = recorder.takeDisturbance() ?? seen else { return nil }
    try recorder.void(BlockVoid(cell: cell.id, block: number, reason: reason))
    return reason
  }

  private func takeTurns(
    in cell: ToolLoopCell, round number: Int, _ order: SliceTurns, _ models: [ModelUnderTest],
    _ recorder: inout Recorder
  ) async throws {
    var order = order
    var conversation = LoopConversation(cell)
    var left = models.count * cell.trace.rounds.count
    for turn in 1...cell.trace.rounds.count {
      conversation.begin(turn)
      let messages = conversation.turns
      for model in order.next().compactMap(models.first(of:)) {
        let pass = LoopPass(cell: cell, side: model.contender.side, block: number, repetition: 0)
        let sample = try await take(&recorder, model) { await model.turn(pass, turn, messages, nil) }
        left -= 1
        // A model that fails leaves the other nothing to take turns with.
        guard sample.turn != nil else { return report(.skipped(left)) }
      }
      conversation.endAsScripted(turn)
    }
  }
}
