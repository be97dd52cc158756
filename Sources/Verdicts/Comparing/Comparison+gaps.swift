import Envelopes
import Measurements
import Statistics

/// Something that the promotion rule names and that the evidence lacks: missing data is not passed.
public enum Gap: Sendable, Hashable, CustomStringConvertible {
  /// The session has not come to its end; `missing` lists blocks and items that are still to be measured.
  case session(MeasurementSession.State, missing: [String])
  /// Samples of a side that ended otherwise than with a success; the message is the first one's.
  case unscored(CellID, Side, CellStatus, samples: Int, message: String)
  /// Fewer whole blocks than the plan has.
  case blocks(CellID, measured: Int, planned: Int)
  /// A larger share of void blocks than the plan allows.
  case voids(CellID, void: Int, measured: Int, limit: Double)
  /// Blocks from whose readings the metric cannot be computed.
  case undefined(Metric, CellID, blocks: Int)
  /// An interval needs two pairs.
  case tooFewBlocks(CellID, scored: Int)
  /// Items that are not answered by both, by id.
  case unpaired(CellID, residentOnly: [String], candidateOnly: [String], neither: [String])
  /// Texts, by item id, whose scores are not of the same quantity, tokens and reference on both sides.
  case incomparable(CellID, items: [String])
  /// Queries, by item id, whose readings are not the ranks of their relevant documents on both sides.
  case unranked(CellID, items: [String])
  /// A side's similarities, or the gold scores, are all alike.
  case noCorrelation(CellID)
  /// An interval needs two blocks of tokens.
  case tooFewTokens(CellID, scored: Int)
  /// The candidate has not come to the end of an endurance cell's stream; its length is nil if minutes end it.
  case stream(CellID, requests: Int, planned: Int?)
  case noPeakMemory(Side)

  /// A stable name, for programs.
  public var code: String {
    switch self {
    case .session: "session_not_complete"
    case .unscored: "unscored_samples"
    case .blocks: "missing_blocks"
    case .voids: "too_many_void_blocks"
    case .undefined: "undefined_metric"
    case .tooFewBlocks: "too_few_blocks"
    case .unpaired: "unpaired_items"
    case .incomparable: "incomparable_scores"
    case .unranked: "unranked_queries"
    case .noCorrelation: "no_correlation"
    case .tooFewTokens: "too_few_tokens"
    case .stream: "missing_requests"
    case .noPeakMemory: "no_peak_memory"
    }
  }

  /// Nil if it is of the whole session.
  public var cell: CellID? {
    switch self {
    case .session, .noPeakMemory: nil
    case .unscored(let cell, _, _, _, _), .blocks(let cell, _, _), .voids(let cell, _, _, _),
      .undefined(_, let cell, _), .tooFewBlocks(let cell, _), .unpaired(let cell, _, _, _),
      .incomparable(let cell, _), .unranked(let cell, _), .noCorrelation(let cell), .tooFewTokens(let cell, _),
      .stream(let cell, _, _):
      cell
    }
  }

  public var description: String {
    switch self {
    case .session(let state, let missing):
      "the session is \(state.rawValue), not complete"
        + (missing.isEmpty ? "" : "; to be measured: \(missing.joined(separator: ", "))")
    case .unscored(let cell, let side, let status, let samples, let message):
      "\(Figures.count(samples, "sample")) of the \(side.rawValue) in \(cell) ended as \(status.rawValue): \(message)"
    case .blocks(let cell, let measured, let planned): "\(cell) has \(measured) of \(planned) planned blocks"
    case .voids(let cell, let void, let measured, let limit):
      "\(void) of \(Figures.count(measured, "block")) of \(cell) are void, a share above the limit of"
        + " \(Figures.percent(limit))"
    case .undefined(let metric, let cell, let blocks):
      "\(metric.title) of \(cell) cannot be computed in \(Figures.count(blocks, "block"))"
    case .tooFewBlocks(let cell, let scored):
      "\(cell) has \(Figures.count(scored, "scored block")), an interval needs 2"
    case .unpaired(let cell, let residentOnly, let candidateOnly, let neither):
      "\(cell) has unpaired items: "
        + [("the resident alone", residentOnly), ("the candidate alone", candidateOnly), ("neither", neither)]
        .filter { !$0.1.isEmpty }.map { "\($0.1.count) answered by \($0.0) (\(Figures.list($0.1)))" }
        .joined(separator: ", ")
    case .incomparable(let cell, let items):
      "\(cell) has \(Figures.count(items.count, "text")) whose scores are not of the same quantity, tokens and reference"
        + " on both sides (\(Figures.list(items)))"
    case .unranked(let cell, let items):
      "\(cell) has \(Figures.count(items.count, "item")) without the ranks of their relevant documents on both sides"
        + " (\(Figures.list(items)))"
    case .noCorrelation(let cell):
      "\(cell) has no rank correlation: the gold scores, or the similarities of one side, are all alike"
    case .tooFewTokens(let cell, let scored):
      "\(cell) has \(Figures.count(scored, "scored token")), an interval needs \(BlockMean.blockLength + 1)"
    case .stream(let cell, let requests, let planned):
      "the candidate's stream of \(cell) ended after \(Figures.count(requests, "request"))"
        + (planned.map { ", \($0) are planned" } ?? "")
    case .noPeakMemory(let side): "the \(side.rawValue)'s samples say nothing of its peak memory"
    }
  }
}

extension Comparison {
  func gaps(of objective: PromotionRule.Objective, _ stop: StoppingReason?) -> [Gap] {
    objective.cells.flatMap { gaps(objective.metric, $0.cell, stop) } + joinedGaps(RatioScope(objective))
  }

  func gaps(of guardrail: PromotionRule.Guardrail, _ stop: StoppingReason?) -> [Gap] {
    guard let scope = RatioScope(guardrail, of: envelope) else { return gaps(guardrail.metric, guardrail.cell, stop) }
    return scope.shares.flatMap { gaps(guardrail.metric, $0.cell, stop) } + joinedGaps(scope)
  }

  /// Cells may each have two scored blocks and no two rounds in common.
  private func joinedGaps(_ scope: RatioScope) -> [Gap] {
    guard scope.shares.count > 1 else { return [] }
    let scored = pairs(in: scope).count
    return scored < 2 ? [.tooFewBlocks(scope.shares[0].cell, scored: scored)] : []
  }

  /// What a metric lacks, of its cell or (for nil) of the whole run.
  private func gaps(_ metric: Metric, _ cell: CellID?, _ stop: StoppingReason?) -> [Gap] {
    if metric.comparison == .limit, let cell { return streamGaps(metric, cell) }
    let unscored = cells(of: cell).flatMap(unscored)
    // Whatever else is missing then follows from it.
    guard unscored.isEmpty else { return unscored }
    guard let cell else {
      return Side.allCases.filter { peakMemoryBytes(of: $0) <= 0 }.map { .noPeakMemory($0) }
    }
    if metric.isOfBlocks { return blockGaps(metric, cell, envelope.isSequential(metric) ? stop : nil) }
    return turns[cell] == nil ? itemGaps(metric, cell) : turnGaps(cell)
  }

  /// Nil if the session is complete.
  var sessionGap: Gap? {
    guard evidence.state != .complete else { return nil }
    let blocks = envelope.blockCells.compactMap { cell -> String? in
      let tally = tally(of: cell.id)
      let missing = tally.planned - tally.used - tally.void
      return missing > 0 ? "\(missing) of \(Figures.count(tally.planned, "block")) of \(cell.id)" : nil
    }
    let answers = envelope.accuracy.compactMap { task -> String? in
      let missing = task.items.count - (items[task.id]?.pairs.count ?? 0)
      return missing > 0 ? "\(missing) of \(Figures.count(task.items.count, "item")) of \(task.id)" : nil
    }
    let rounds = turns.sorted { $0.key < $1.key }.compactMap { cell, turns -> String? in
      turns.unpaired.isEmpty ? nil : "\(turns.unpaired.count) of \(Figures.count(turns.rounds, "round")) of \(cell)"
    }
    return .session(evidence.state, missing: blocks + answers + rounds)
  }

  private func cells(of cell: CellID?) -> [CellID] {
    cell.map { [$0] } ?? envelope.throughput.map(\.id) + envelope.accuracy.map(\.id)
  }

  private func unscored(in cell: CellID) -> [Gap] {
    let interrupted = Set(evidence.voids.filter { $0.cell == cell }.map(\.block))
    return Side.allCases.flatMap { side in
      let samples = evidence.samples(of: side).filter {
        $0.place.cell == cell && $0.status != .success
          // The block was measured again as another one.
          && !($0.status == .aborted && $0.place.item == nil && interrupted.contains($0.place.block))
      }
      return CellStatus.allCases.compactMap { status -> Gap? in
        let ended = samples.filter { $0.status == status }
        guard case .unscored(_, let message)? = ended.first?.outcome else { return nil }
        return .unscored(cell, side, status, samples: ended.count, message: message)
      }
    }
  }

  private func blockGaps(_ metric: Metric, _ cell: CellID, _ stop: StoppingReason?) -> [Gap] {
    let tally = tally(of: cell)
    let measured = tally.used + tally.void
    let defined = scoredBlocks(of: cell).filter { $0.pair(of: metric) != nil }.count
    var gaps: [Gap] = []
    if measured < tally.planned, stop == nil { gaps.append(.blocks(cell, measured: measured, planned: tally.planned)) }
    for tally in pooled.map({ $0.tally(of: cell) }) {
      let measured = tally.used + tally.void
      guard Double(tally.void) / Double(measured) > envelope.plan.voidLimit else { continue }
      gaps.append(.voids(cell, void: tally.void, measured: measured, limit: envelope.plan.voidLimit))
    }
    if defined < tally.used { gaps.append(.undefined(metric, cell, blocks: tally.used - defined)) }
    if gaps.isEmpty, defined < 2 { gaps.append(.tooFewBlocks(cell, scored: defined)) }
    return gaps
  }

  private func turnGaps(_ cell: CellID) -> [Gap] {
    let unpaired = turns[cell]?.unpaired ?? []
    return unpaired.isEmpty ? [] : [.unpaired(cell, residentOnly: [], candidateOnly: [], neither: unpaired)]
  }

  private func itemGaps(_ metric: Metric, _ cell: CellID) -> [Gap] {
    guard let items = items[cell] else { return [] }
    guard items.isComplete else {
      return [
        .unpaired(cell, residentOnly: items.residentOnly, candidateOnly: items.candidateOnly, neither: items.neither)
      ]
    }
    if metric.comparison == .correlation {
      return items.correlation == nil ? [.noCorrelation(cell)] : []
    }
    if metric.sources == [.retrieval] {
      let unranked = items.unranked
      return unranked.isEmpty ? [] : [.unranked(cell, items: unranked)]
    }
    guard metric.comparison == .nats else { return [] }
    let incomparable = items.incomparable(by: metric)
    guard incomparable.isEmpty else { return [.incomparable(cell, items: incomparable)] }
    let tokens = items.texts.reduce(0) { $0 + $1.resident.losses.count }
    return tokens > BlockMean.blockLength ? [] : [.tooFewTokens(cell, scored: tokens)]
  }
}
