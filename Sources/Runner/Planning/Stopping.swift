import Envelopes
import Measurements
import Store
import Verdicts

/// Asks the promotion rule of a plan whether the evidence is enough.
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
    let mayStop = plan.contenders.count == 2 && envelope.plan.mayEndEarly
    pooled = mayStop ? try store.verdictInputs(of: session, .blocks, admitting: plan.admission).pooled : nil
  }

  /// Why that block and those after it need not be measured; nil if they are.
  func reason(before block: ScheduledBlock) throws -> StoppingReason? {
    guard let pooled, block.block >= envelope.plan.minimumBlocks, block.isFirstOfRound else { return nil }
    let inputs = VerdictInputs(try store.evidence(session, .blocks), pooled: pooled)
    return try Judge(inputs, under: envelope).stoppingReason()
  }

  /// Why that round and those after it need not be measured; nil if they are.
  func reason(before round: ScheduledRound) throws -> StoppingReason? {
    guard let pooled, round.number >= Plan.fewestRounds else { return nil }
    // Answers and live loops come before the rounds and may have decided already.
    let inputs = VerdictInputs(try store.evidence(session, .all), pooled: pooled)
    let reason = try Judge(inputs, under: envelope).stoppingReason()
    // Rounds in place of void ones are still to be measured; the queue of rounds has its own end.
    return reason == .planLimit ? nil : reason
  }
}
