import Measurements
import Statistics

/// The candidate's mean score of queries minus the resident's, over the queries that both were asked: of nDCG or recall, each
/// a share.
public struct ScoreEffect: Sendable, Equatable {
  /// In −1...1.
  public let difference: Double
  /// The anytime-valid limits of a betting sequence, which are exact at every size and for every distribution of scores.
  public let interval: ConfidenceInterval
  public let residentMean: Double
  public let candidateMean: Double
  /// Queries with a higher and with a lower score of the candidate.
  public let better: Int
  public let worse: Int
  public let items: Int

  /// - Parameter scores: In 0...1, at least one pair.
  init(_ scores: [(resident: Double, candidate: Double)], _ level: DecisionLevel) throws(StatisticsError) {
    guard !scores.isEmpty else { throw .tooFewObservations(needed: 1, got: 0) }
    let differences = scores.map { $0.candidate - $0.resident }
    let count = Double(scores.count)
    interval = try ScoreDifferenceConfidenceSequence(alpha: level.alpha, of: differences).interval(level.sides)
    residentMean = scores.reduce(0) { $0 + $1.resident } / count
    candidateMean = scores.reduce(0) { $0 + $1.candidate } / count
    difference = differences.reduce(0, +) / count
    better = differences.count { $0 > 0 }
    worse = differences.count { $0 < 0 }
    items = scores.count
  }
}

/// The candidate's rank correlation with gold scores minus the resident's, over the pairs of texts that both were given.
public struct CorrelationEffect: Sendable, Equatable {
  /// In −2...2.
  public let difference: Double
  /// Approximate, by the jackknife over pairs.
  public let interval: ConfidenceInterval
  /// Spearman's ρ of each.
  public let residentRho: Double
  public let candidateRho: Double
  public let items: Int

  init(_ rho: RankCorrelationDifference, _ level: DecisionLevel) {
    difference = rho.difference
    interval = rho.interval(confidence: level.confidence)
    residentRho = rho.resident
    candidateRho = rho.candidate
    items = rho.count
  }
}
