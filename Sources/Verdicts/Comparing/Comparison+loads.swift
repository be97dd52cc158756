import Measurements

extension Comparison {
  /// Whether a model stood in a server that was there before the comparison, in any load whose blocks count.
  var isAttached: Bool {
    pooled.contains { comparison in Side.allCases.contains { comparison.hasAttachedServer($0) } }
  }

  func hasAttachedServer(_ side: Side) -> Bool {
    evidence.loads(of: side).contains { $0.conditions?.isAttached == true }
  }

  /// By how much intervals of the metric's ratios are widened, relative; 0 for counts, which no load changes.
  func loadMargin(of metric: Metric) -> Double {
    isAttached && metric != .cachedPrefixTokens ? LoadMargin.attachedServer : 0
  }

  /// The share of a side's weights that stood in huge pages, the mean over its loads: a round is one load of many, and how
  /// many such pages the system gives it is chance. Nil if none of them reports it.
  func hugePageShare(of side: Side) -> Double? {
    let shares = evidence.loads(of: side).compactMap(\.hugePageShare)
    return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
  }

  /// The traits in which the loads of both sides are not all alike: a side that is handicapped in its later loads alone is
  /// handicapped.
  ///
  /// What a load does not tell is taken to be as in the side's other loads; what no load of a side tells may as well differ
  /// from what is known of the other's.
  var traitRefusals: [Refusal] {
    let sides = Side.allCases.map { evidence.loads(of: $0).compactMap(\.conditions) }
    guard sides.contains(where: { !$0.isEmpty }) else { return [] }
    return WorkerConditions.Trait.allCases.compactMap { trait -> Refusal? in
      let values = sides.map { TraitValues(of: trait, in: $0.isEmpty ? [WorkerConditions()] : $0) }
      guard let resident = values.first, let candidate = values.last,
        resident.exact != candidate.exact || resident.exact.count > 1
      else { return nil }
      return .otherConditions(trait, resident: resident.text, candidate: candidate.text)
    }
  }
}

/// The values of a trait over one side's loads.
private struct TraitValues {
  let exact: Set<String>
  /// Nil if no load tells.
  let text: String?

  init(of trait: WorkerConditions.Trait, in loads: [WorkerConditions]) {
    let titles = Set(loads.compactMap { $0.value(of: trait) }).sorted()
    text = titles.isEmpty ? nil : titles.joined(separator: " and ")
    // In words, a hash has its first digits only.
    exact =
      trait == .executable
      ? Set(loads.map(\.executables).filter { !$0.isEmpty }.map { $0.joined(separator: "+") }) : Set(titles)
  }
}
