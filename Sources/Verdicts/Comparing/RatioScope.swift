import Envelopes
import Measurements
import Statistics

/// The cells that a rule about a ratio joins.
///
/// A block number counts where every one of the cells has a scored block: by rounds, that is a whole round. By the geometric
/// mean the log-ratio of a round is the weighted mean of the cells' log-ratios.
struct RatioScope {
  /// One block number of one comparison.
  struct Point {
    /// The UUID of the comparison that measured it.
    let session: String
    let number: Int
    /// Nil if a cell lacks a value.
    let pair: MeasurementPair?
    /// Why it is not scored; nil if it is.
    let voidReason: String?
  }

  let metric: Metric
  let shares: [PromotionRule.Objective.Share]
  let mean: RatioMean
  let requests: PromotionRule.Guardrail.Requests

  init(
    _ metric: Metric, _ shares: [PromotionRule.Objective.Share], _ mean: RatioMean = .geometric,
    of requests: PromotionRule.Guardrail.Requests = .all
  ) {
    self.metric = metric
    self.shares = shares
    self.mean = mean
    self.requests = requests
  }

  init(_ objective: PromotionRule.Objective) { self.init(objective.metric, objective.cells) }

  /// Nil for what is not of blocks, peak memory for instance.
  init?(_ guardrail: PromotionRule.Guardrail, of envelope: Envelope) {
    guard guardrail.metric.isOfBlocks, guardrail.metric != .peakMemory else { return nil }
    let cells = guardrail.cell.map { [$0] } ?? envelope.throughput.map(\.id)
    let shares = cells.map { PromotionRule.Objective.Share(cell: $0, weight: 1) }
    self.init(guardrail.metric, shares, guardrail.mean, of: guardrail.requests)
  }

  /// Every block number of a comparison, ascending, void ones in their places.
  func points(of comparison: Comparison) -> [Point] {
    let cells = shares.map(\.cell)
    let reasons = Dictionary(
      comparison.voids.filter { cells.contains($0.cell) }.map { ($0.block, $0.reason) },
      uniquingKeysWith: { first, _ in first })
    let blocks = cells.map { cell in
      Dictionary(comparison.blocks[cell, default: []].map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    }
    let numbers = blocks.reduce(into: Set<Int>()) { $0.formUnion($1.keys) }
    return numbers.sorted().map { number in
      let all = blocks.compactMap { $0[number] }
      let isWhole = all.count == cells.count && all.allSatisfy(\.isWhole)
      let pairs = all.compactMap { $0.pair(of: metric, by: requests) }
      return Point(
        session: comparison.evidence.session.uuid, number: number,
        pair: pairs.count == cells.count ? joined(pairs) : nil,
        voidReason: reasons[number] ?? (isWhole ? nil : "a side's repetition is missing"))
    }
  }

  /// - Parameter pairs: One per cell, in the order of `shares`.
  func joined(_ pairs: [MeasurementPair]) -> MeasurementPair {
    mean.joined(pairs, weights: shares.map(\.weight), metric.direction)
  }
}
