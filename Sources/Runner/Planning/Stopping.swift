import Envelopes
import Measurements
import Store
import Verdicts

/// Asks the promotion rule of a plan whether the evidence is enough.
struct Stopping {
  private let store: MeasurementStore
  private let session: SessionNumber
  private let envelope: Envelope
  /// The comparisons whose blocks count as well; nil for one model alone.
  private let pooled: [Evidence]?
  private let mayStop: Bool

  /// What the evidence says before a block or a round.
  struct Look {
    /// Why that one and those after it need not be measured; nil if they are.
    var reason: StoppingReason?
    /// The rules on ratios so far; empty for one model alone.
    var standing: [VerdictFace.Part] = []
  }

  init(_ store: MeasurementStore, _ session: SessionNumber, _ plan: MeasurementPlan) throws {
    self.store = store
    self.session = session
    envelope = plan.envelope
    mayStop = envelope.plan.mayEndEarly
    pooled =
      plan.contenders.count == 2
      ? try store.verdictInputs(of: session, .blocks, admitting: plan.admission).pooled : nil
  }

  func look(before block: ScheduledBlock) throws -> Look {
    guard let pooled, block.isFirstOfRound else { return Look() }
    let judge = try Judge(VerdictInputs(try store.evidence(session, .blocks), pooled: pooled), under: envelope)
    let isDue = mayStop && block.block >= envelope.plan.minimumBlocks
    return Look(reason: isDue ? try judge.stoppingReason() : nil, standing: try judge.standing())
  }

  func look(before round: ScheduledRound) throws -> Look {
    guard let pooled else { return Look() }
    // Answers and live loops come before the rounds and may have decided already.
    let isDue = mayStop && round.number >= Plan.fewestRounds
    let inputs = VerdictInputs(try store.evidence(session, isDue ? .all : .blocks), pooled: pooled)
    let judge = try Judge(inputs, under: envelope)
    let reason = isDue ? try judge.stoppingReason() : nil
    // Rounds in place of void ones are still to be measured; the queue of rounds has its own end.
    return Look(reason: reason == .planLimit ? nil : reason, standing: try judge.standing())
  }
}
