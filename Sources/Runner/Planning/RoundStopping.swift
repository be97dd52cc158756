import Envelopes
import Measurements
import Store
import Verdicts

/// Asks the promotion rule before each round whether the evidence is enough.
struct RoundStopping {
  private let store: MeasurementStore
  private let session: SessionNumber
  private let plan: MeasurementPlan
  /// The comparisons whose rounds count as well; nil if the plan is measured whole.
  private let pooled: [Evidence]?

  init(_ store: MeasurementStore, _ session: SessionNumber, _ plan: MeasurementPlan) throws {
    self.store = store
    self.session = session
    self.plan = plan
    let mayStop = plan.contenders.count == 2 && plan.envelope.plan.minimumBlocks < plan.envelope.plan.blocks
    pooled = mayStop ? try store.verdictInputs(of: session, .blocks).pooled : nil
  }

  /// Why that round and those after it need not be measured; nil if they are.
  func reason(before round: ScheduledRound) throws -> StoppingReason? {
    guard let pooled, round.number >= plan.envelope.plan.minimumBlocks else { return nil }
    // Answers and live loops come before the rounds and may have decided already.
    let inputs = VerdictInputs(try store.evidence(session, .all), pooled: pooled)
    let reason = try Judge(inputs, under: plan.envelope).stoppingReason()
    // Rounds in place of void ones are still to be measured; the queue of rounds has its own end.
    return reason == .planLimit ? nil : reason
  }
}
