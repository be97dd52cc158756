import Measurements
import Store
import Verdicts

/// Asks the promotion rule before each round whether the evidence is enough.
struct Stopping {
  private let store: MeasurementStore
  private let session: SessionNumber
  private let minimumBlocks: Int
  /// The comparisons whose evidence this one adds to; nil where the plan is measured whole.
  private let earlier: [Evidence]?

  init(_ store: MeasurementStore, _ session: SessionNumber, _ plan: MeasurementPlan) throws {
    self.store = store
    self.session = session
    minimumBlocks = plan.envelope.plan.minimumBlocks
    let mayStop = plan.contenders.count == 2 && minimumBlocks < plan.envelope.plan.blocks
    earlier = mayStop ? try store.earlierEvidence(of: session) : nil
  }

  /// Why that block and those after it need not be measured.
  func reason(before block: ScheduledBlock) throws -> StoppingReason? {
    guard let earlier, block.block >= minimumBlocks, block.isFirstOfRound else { return nil }
    let evidence = try store.evidence(session, .blocks)
    return try stoppingReason(in: evidence, after: earlier.filter(evidence.continues))
  }
}
