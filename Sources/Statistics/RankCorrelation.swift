/// Spearman's rank correlation ρ of two series: the linear correlation of their ranks, of which equal values share the mean.
///
/// Source: C. Spearman, *American Journal of Psychology* 15 (1904) 72–101.
public enum RankCorrelation {
  /// In −1...1; nil if the series differ in length, have fewer than two values, or one of them has no two values that
  /// differ.
  ///
  /// - Complexity: O(*n* log *n*).
  public static func spearman(_ first: [Double], _ second: [Double]) -> Double? {
    guard first.count == second.count else { return nil }
    return pearson(ranks(of: first), ranks(of: second))
  }

  /// The rank of each value from 1; equal values share the mean of theirs.
  static func ranks(of values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
      start = end
    }
    return ranks
  }

  /// Nil if one of the series does not vary.
  private static func pearson(_ first: [Double], _ second: [Double]) -> Double? {
    let count = Double(first.count)
    let (firstMean, secondMean) = (first.reduce(0, +) / count, second.reduce(0, +) / count)
    var (products, firstSquares, secondSquares) = (0.0, 0.0, 0.0)
    for (one, two) in zip(first, second) {
      products += (one - firstMean) * (two - secondMean)
      firstSquares += (one - firstMean) * (one - firstMean)
      secondSquares += (two - secondMean) * (two - secondMean)
    }
    guard firstSquares > 0, secondSquares > 0 else { return nil }
    return min(max(products / (firstSquares * secondSquares).squareRoot(), -1), 1)
  }

  /// ρ without each item in turn; nil where it is not defined.
  ///
  /// - Complexity: O(*n*²).
  static func leavingOneOut(_ first: [Double], _ second: [Double]) -> [Double?] {
    let (firstRanks, secondRanks) = (ranks(of: first), ranks(of: second))
    return first.indices.map { item in
      pearson(ranks(firstRanks, without: item), ranks(secondRanks, without: item))
    }
  }

  /// The ranks of the other items once one is left out: those above it move down by one, its equals by a half.
  private static func ranks(_ ranks: [Double], without item: Int) -> [Double] {
    let own = ranks[item]
    return ranks.indices.compactMap { index in
      index == item ? nil : ranks[index] - (ranks[index] > own ? 1 : ranks[index] == own ? 0.5 : 0)
    }
  }
}

/// The difference candidate − resident of two models' rank correlations with the same gold scores.
///
/// Both are of the same items, so their errors go together: the jackknife leaves out one item after the other for both at
/// once, and takes the spread of the pseudo-values' differences. Its interval is approximate and needs some dozens of items.
///
/// Source: R. G. Miller, *The jackknife: a review*, Biometrika 61 (1974) 1–15.
public struct RankCorrelationDifference: Sendable, Equatable {
  public let resident: Double
  public let candidate: Double
  /// Of the jackknife.
  public let standardError: Double
  public let count: Int

  public var difference: Double { candidate - resident }

  /// Nil if one of the correlations is not defined, with all items or without one of them.
  ///
  /// - Complexity: O(*n*²).
  public init?(gold: [Double], resident: [Double], candidate: [Double]) {
    guard gold.count >= 3, let residentRho = RankCorrelation.spearman(gold, resident),
      let candidateRho = RankCorrelation.spearman(gold, candidate)
    else { return nil }
    let parts = zip(
      RankCorrelation.leavingOneOut(gold, resident), RankCorrelation.leavingOneOut(gold, candidate)
    ).compactMap { resident, candidate in resident.flatMap { resident in candidate.map { $0 - resident } } }
    guard parts.count == gold.count else { return nil }
    let count = Double(parts.count)
    let mean = parts.reduce(0, +) / count
    let squares = parts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.resident = residentRho
    self.candidate = candidateRho
    standardError = (squares * (count - 1) / count).squareRoot()
    self.count = parts.count
  }

  /// The two-sided interval, by Student's t with one degree of freedom less than items, within −2...2.
  public func interval(confidence: Double) -> ConfidenceInterval {
    let distance = StudentT(degreesOfFreedom: Double(count - 1)).quantile((1 + confidence) / 2) * standardError
    return ConfidenceInterval(
      lower: max(difference - distance, -2), upper: min(difference + distance, 2), confidence: confidence)
  }
}
