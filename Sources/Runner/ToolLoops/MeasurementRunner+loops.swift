import Measurements
import ToolCalls
import WorkerProtocol

extension MeasurementRunner {
  /// Runs each pass to its end; a turn without a result ends its pass and not the session.
  func runLoops(
    _ passes: [LoopPass], _ models: [ModelUnderTest], _ blockGuard: inout BlockGuard, _ recorder: inout Recorder
  ) async throws {
    for pass in passes {
      guard let model = models.first(of: pass.side) else { continue }
      await blockGuard.begin(models)
      try await run(pass, model, &recorder)
      let seen = try blockGuard.end(cell: pass.cell.id, block: pass.block, recorder)
      // A live loop is about what is written; only a replay is about time.
      guard let reason = recorder.takeDisturbance() ?? seen, pass.cell.mode == .replay else { continue }
      try recorder.void(BlockVoid(cell: pass.cell.id, block: pass.block, reason: reason))
      report(.voided(pass.cell.id, block: pass.block, reason: reason, added: 0))
    }
  }

  private func run(_ pass: LoopPass, _ model: ModelUnderTest, _ recorder: inout Recorder) async throws {
    var conversation = LoopConversation(pass.cell)
    let judge = await model.judge(of: pass.cell)
    for round in 1...pass.cell.trace.rounds.count {
      conversation.begin(round)
      let sample: Sample
      if round <= pass.earlier.count {
        sample = pass.earlier[round - 1]
      } else {
        let turns = conversation.turns
        sample = try await take(&recorder, model) { await model.turn(pass, round, turns, judge) }
      }
      guard let turn = sample.turn else {
        return report(.skipped(pass.cell.trace.rounds.count - round))
      }
      guard let text = turn.judgement?.text, let judge else {
        conversation.endAsScripted(round)
        continue
      }
      let expected = pass.cell.trace.rounds[round - 1].calls
      conversation.end(round, judge.judge(text, isCutOff: false, expected: expected), written: text)
    }
  }
}
