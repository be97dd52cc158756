import Envelopes
import Measurements
import Statistics

/// A comparison's evidence, put in pairs: blocks of throughput cells, items of accuracy tasks.
struct Comparison {
  let evidence: Evidence
  let envelope: Envelope
  /// Ascending by number.
  let blocks: [CellID: [Block]]
  let voids: [BlockVoid]
  let items: [CellID: PairedItems]
  /// Of live loops.
  let turns: [CellID: PairedTurns]
  /// The comparisons of the same weights that this one goes on from, oldest first.
  let earlier: [Comparison]

  /// - Throws: `VerdictError` for samples that no measurement gives.
  /// - Complexity: O(*n* log *n*) in samples and items.
  init(_ evidence: Evidence, _ envelope: Envelope, after earlier: [Evidence] = []) throws(VerdictError) {
    for side in Side.allCases { try Self.check(evidence.samples(of: side), side) }
    self.evidence = evidence
    self.envelope = envelope
    var comparisons: [Comparison] = []
    for evidence in earlier { comparisons.append(try Comparison(evidence, envelope)) }
    self.earlier = comparisons
    let blocks = Block.all(in: evidence, envelope)
    voids = BlockVoid.all(in: blocks, recorded: evidence.voids, envelope)
    self.blocks = Dictionary(grouping: blocks, by: \.cell)
    items = Dictionary(
      envelope.accuracy.map { ($0.id, PairedItems($0, evidence)) }, uniquingKeysWith: { first, _ in first })
    turns = Dictionary(
      envelope.toolLoops.filter { $0.mode == .live }.map { ($0.id, PairedTurns($0, evidence)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The comparisons whose blocks count here, in the order of their measurement.
  var pooled: [Comparison] { earlier + [self] }

  /// The blocks that are whole and not void.
  func scoredBlocks(of cell: CellID) -> [Block] {
    let void = Set(voids.filter { $0.cell == cell }.map(\.block))
    return blocks[cell, default: []].filter { $0.isWhole && !void.contains($0.number) }
  }

  /// Resident and candidate of every scored block that defines the metric, those of earlier comparisons first.
  func pairs(in scope: RatioScope) -> [MeasurementPair] {
    pooled.flatMap { comparison in
      scope.points(of: comparison).compactMap { $0.voidReason == nil ? $0.pair : nil }
    }
  }

  func tally(of cell: CellID) -> BlockTally {
    BlockTally(
      cell: cell, planned: envelope.blockCells.first { $0.id == cell }?.blocks ?? 0, used: scoredBlocks(of: cell).count,
      void: voids.filter { $0.cell == cell }.count)
  }

  /// The largest over a side's samples, 0 where none says.
  func peakMemoryBytes(of side: Side) -> Int64 {
    evidence.samples(of: side).reduce(0) { max($0, $1.peakMemoryBytes) }
  }

  private static func check(_ samples: [Sample], _ side: Side) throws(VerdictError) {
    var seen: Set<Sample.Place> = []
    for sample in samples {
      var place = sample.place
      // An item has one answer, whatever the block says.
      if place.item != nil { (place.block, place.repetition) = (0, 0) }
      guard seen.insert(place).inserted else { throw .repeatedSample(side, sample.place) }
      if sample.times?.problem != nil {
        throw .impossibleReading(side, sample.place)
      }
    }
  }
}

extension Comparison {
  func effect(of objective: PromotionRule.Objective, _ level: DecisionLevel) throws(StatisticsError) -> Effect? {
    if objective.metric.isOfBlocks { return try effect(in: RatioScope(objective), level) }
    return try effect(objective.metric, objective.cell, level)
  }

  /// What became of an objective.
  ///
  /// - Parameter stop: Why measuring blocks ended; nil if it has not.
  func result(
    of objective: PromotionRule.Objective, _ level: DecisionLevel, _ stop: StoppingReason?
  ) throws(StatisticsError) -> ObjectiveResult {
    ObjectiveResult(
      metric: objective.metric, cells: objective.cells, minimumEffect: objective.minimumEffect,
      effect: try effect(of: objective, level), gaps: gaps(of: objective, stop))
  }

  func effect(of guardrail: PromotionRule.Guardrail, _ level: DecisionLevel) throws(StatisticsError) -> Effect? {
    if let scope = RatioScope(guardrail, of: envelope) { return try effect(in: scope, level) }
    return try effect(guardrail.metric, guardrail.cell, level)
  }

  private func effect(in scope: RatioScope, _ level: DecisionLevel) throws(StatisticsError) -> Effect? {
    let pairs = pairs(in: scope)
    guard pairs.count >= 2 else { return nil }
    return .ratio(
      try RatioEffect(
        pairs, direction: scope.metric.direction, level, by: scope.mean, loadMargin: loadMargin(of: scope.metric)))
  }

  /// The effect that the evidence gives, complete or not; nil if it gives none.
  private func effect(_ metric: Metric, _ cell: CellID?, _ level: DecisionLevel) throws(StatisticsError) -> Effect? {
    guard let cell else {
      let (resident, candidate) = (peakMemoryBytes(of: .resident), peakMemoryBytes(of: .candidate))
      guard resident > 0, candidate > 0 else { return nil }
      return .peakMemory(PeakMemoryRatio(residentBytes: resident, candidateBytes: candidate))
    }
    if metric.comparison == .limit { return try limitEffect(metric, cell, level) }
    if metric == .firstDegradedRound {
      return try turns[cell]?.degraded(confidence: level.confidence).map { .degradedRounds($0) }
    }
    if let turns = turns[cell] {
      let items = turns.pairs(metric)
      guard !items.isEmpty else { return nil }
      return .accuracy(try AccuracyEffect(items, level, counting: \.isCorrect))
    }
    guard let items = items[cell], !items.pairs.isEmpty else { return nil }
    if metric.comparison == .nats {
      return try TextEffect(items.texts, metric, level).map { .text($0) }
    }
    if metric.comparison == .correlation { return items.correlation.map { .correlation(CorrelationEffect($0, level)) } }
    if metric.sources == [.retrieval] {
      let scores = items.scores(by: metric)
      return scores.isEmpty ? nil : .score(try ScoreEffect(scores, level))
    }
    let answers = items.answers(by: metric)
    guard !answers.isEmpty else { return nil }
    return switch metric {
    case .flips: .flips(try FlipShare(answers, confidence: level.confidence))
    case .answeredShare: .accuracy(try AccuracyEffect(answers, level, counting: \.isAnswered))
    default: .accuracy(try AccuracyEffect(answers, level, counting: \.isCorrect))
    }
  }
}

extension Comparison {
  /// What the verdict is about.
  var subject: VerdictSubject {
    VerdictSubject(
      session: evidence.session.uuid, role: evidence.session.role, envelopeID: envelope.id,
      envelopeVersion: envelope.version, envelopeHash: envelope.hash, resident: contender(.resident),
      candidate: contender(.candidate), environment: evidence.session.environment,
      highestLoadAverage: (evidence.residentSamples + evidence.candidateSamples).map(\.loadAverage).max(),
      host: evidence.session.host)
  }

  private func contender(_ side: Side) -> VerdictSubject.Contender {
    let run = evidence.run(of: side)
    let loads = pooled.flatMap { $0.evidence.loads(of: side) }
    return VerdictSubject.Contender(
      model: run.model, weights: run.weights, proof: run.proof, engine: run.engine, load: run.load,
      peakMemoryBytes: peakMemoryBytes(of: side),
      hasOverriddenWorker: loads.contains { $0.conditions?.isOverridden == true },
      hasAttachedServer: hasAttachedServer(side))
  }
}
