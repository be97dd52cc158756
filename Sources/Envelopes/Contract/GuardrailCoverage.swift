import Measurements

/// What an envelope of rounds measures and neither guards nor names as unguarded.
///
/// A win in total may hide a loss in one cell, so every cell and metric needs a guardrail, or a reason for having none.
struct GuardrailCoverage {
  let throughput: [ThroughputCell]
  let accuracy: [AccuracyTask]
  let toolLoops: [ToolLoopCell]
  let embedding: [EmbeddingCell]
  let endurance: [EnduranceCell]
  let rule: PromotionRule

  /// In words, one per metric and cell.
  var problems: [String] {
    measured.filter { !isCovered($0.metric, $0.cell) }.map { metric, cell in
      "lacks \(metric)\(cell.map { " of \(Quoted.text($0.rawValue))" } ?? ""); add a guardrail, or name it under"
        + " \"unguarded\" with a reason"
    }
  }

  /// Every metric that the envelope's cells yield; of accuracy tasks, the one that tells right from wrong.
  private var measured: [(metric: Metric, cell: CellID?)] {
    var all: [(metric: Metric, cell: CellID?)] = []
    for cell in throughput {
      for metric in Metric.scored where metric.isOfThroughput && (cell.decodeTokens > 1 || !metric.needsSeveralTokens) {
        all.append((metric, cell.id))
      }
    }
    for task in accuracy {
      for metric in task.metrics { all.append((metric, task.id)) }
    }
    for cell in toolLoops {
      for metric in cell.metrics { all.append((metric, cell.id)) }
    }
    for cell in embedding {
      for metric in cell.metrics { all.append((metric, cell.id)) }
    }
    for cell in endurance {
      for metric in Metric.scored where metric.sources == [.endurance] { all.append((metric, cell.id)) }
    }
    if !throughput.isEmpty || !toolLoops.isEmpty || !embedding.isEmpty { all.append((.peakMemory, nil)) }
    return all
  }

  private func isCovered(_ metric: Metric, _ cell: CellID?) -> Bool {
    // A mean over cells hides what one of them loses, so it does not guard the headline of several.
    let isPerCell = metric == .cumulativeTokensPerSecond && throughput.count > 1
    return rule.guardrails.contains { $0.metric == metric && ($0.cell == nil && !isPerCell || $0.cell == cell) }
      || rule.unguarded.contains { $0.metric == metric && ($0.cell == nil || $0.cell == cell) }
      || rule.objectives.contains { $0.metric == metric && $0.cell != nil && $0.cell == cell }
  }
}

extension AccuracyTask {
  /// Those that tell right from wrong.
  fileprivate var metrics: [Metric] {
    switch kind {
    case .perplexity: return [.perplexity]
    case .divergence: return [.divergence]
    case .routing:
      let nones = items.count { $0.options == [RoutingTask.none] }
      return [.accuracy] + (nones > 0 ? [.noneAccuracy] : []) + (nones < items.count ? [.topThreeAccuracy] : [])
    case .retrieval: return [.discountedGain, .recall]
    case .similarity: return [.rankCorrelation]
    case .multipleChoice, .exactMatch, .number, .instructions, .cloze: return [.accuracy]
    }
  }
}

extension ToolLoopCell {
  /// Those that the loop yields.
  fileprivate var metrics: [Metric] {
    let source: Metric.Source = mode == .live ? .live : .replay
    // The first turn finds nothing in the cache.
    let isCached = reusesPrefix && trace.rounds.count > 1
    return Metric.scored.filter { $0.sources.contains(source) && (isCached || $0 != .cachedPrefixTokens) }
  }
}

extension Metric {
  /// Whether one token does not define it.
  fileprivate var needsSeveralTokens: Bool {
    switch self {
    case .decodeTokensPerSecond, .interTokenP95, .interTokenP99, .steadyTokenShare, .worstSecond: true
    default: false
    }
  }
}
