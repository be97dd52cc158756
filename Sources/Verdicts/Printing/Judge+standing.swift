import Measurements
import Statistics

extension Judge {
  /// What the evidence says so far about each rule on a ratio, as the verdict will show it: objectives before guardrails.
  ///
  /// The intervals hold at every look, so looking while it is measured is honest. What is not shown yet is `open`.
  ///
  /// - Complexity: O(*n*) in blocks and rules.
  public func standing() throws(StatisticsError) -> [VerdictFace.Part] {
    let facts = comparison.facts.map(RecordedFacts.init)
    let rows = try traces().map { trace in
      let effect = trace.points.last { $0.effect != nil }?.effect
      let rule = RecordedRule(
        trace.metric, trace.cells.count == 1 ? trace.cells[0] : nil,
        cellCount: trace.isObjective ? trace.cells.count : 1, trace.state(effect?.interval), limit: trace.limit,
        effect: effect.map { RecordedEffect(.betterRatio, $0.ratio, $0.interval, count: $0.blocks) })
      return (trace.isObjective, EvidenceRow(rule, facts, isMeasuring: true))
    }
    return [true, false].map { areObjectives in
      VerdictFace.Part(
        areObjectives: areObjectives, needsOne: envelope.schema != .rounds,
        rows.filter { $0.0 == areObjectives }.map(\.1))
    }.filter { !$0.rows.isEmpty }
  }
}

extension EvidenceTrace {
  fileprivate var limit: Double {
    switch aim {
    case .win(let minimumEffect): minimumEffect
    case .guardrail(let margin): margin
    }
  }

  fileprivate func state(_ interval: ConfidenceInterval?) -> RecordedRule.State {
    let (lower, upper) = (interval?.lower ?? 0, interval?.upper ?? .infinity)
    if isObjective { return .objective(lower > threshold ? .won : .notShown) }
    return .guardrail(lower > threshold ? .passed : upper < threshold ? .broken : .unresolved)
  }
}
