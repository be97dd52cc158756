import Measurements

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
    case .noPeakMemory: "no_peak_memory"
    }
  }

  /// Nil where it is of the whole session.
  public var cell: CellID? {
    switch self {
    case .session, .noPeakMemory: nil
    case .unscored(let cell, _, _, _, _), .blocks(let cell, _, _), .voids(let cell, _, _, _),
      .undefined(_, let cell, _), .tooFewBlocks(let cell, _), .unpaired(let cell, _, _, _):
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
    case .noPeakMemory(let side): "the \(side.rawValue)'s samples say nothing of its peak memory"
    }
  }
}
