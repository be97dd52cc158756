import Envelopes
import Measurements
import WorkerProtocol

extension MeasurementRunner {
  /// Makes the requests of an embedding cell in one round: those of the models take turns.
  func takeTurns(
    in cell: EmbeddingCell, round number: Int, _ order: SliceTurns, _ models: [ModelUnderTest],
    _ recorder: inout Recorder
  ) async throws {
    var order = order
    var left = models.count * cell.turns
    for turn in 1...cell.turns {
      for model in order.next().compactMap(models.first(of:)) {
        let sample = try await take(&recorder, model) { await model.embed(cell, round: number, turn: turn) }
        left -= 1
        // A model that fails leaves the other nothing to take turns with.
        guard sample.turn != nil else { return report(.skipped(left)) }
      }
    }
  }
}

extension ModelUnderTest {
  /// Makes one request of an embedding cell.
  func embed(_ cell: EmbeddingCell, round: Int, turn: Int) async -> Sample {
    let place = Sample.Place(cell: cell.id, block: round, repetition: 0, round: turn)
    return await sample(place) { worker throws(WorkerFailure) in
      let texts = cell.texts(ofTurn: turn, round: round)
      let reply = try await worker.embed(texts, as: ModelWorker.EmbeddingPurpose(cell.part))
      let tokens = reply.tokens.reduce(0, +)
      return .turn(
        TurnReading(
          times: ThroughputReading(
            promptTokens: max(1, tokens / texts.count), cachedTokens: 0, tokenNanoseconds: [], sequences: texts.count)))
    }
  }
}

extension ModelWorker.EmbeddingPurpose {
  fileprivate init(_ part: EmbeddingCell.Part) {
    self = part == .pairs ? .pair : part.isIndexed ? .indexed : .request
  }
}
