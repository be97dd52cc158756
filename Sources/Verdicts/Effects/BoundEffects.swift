import Statistics

/// The candidate's peak memory over the resident's: a bound, read once a run, so it has no interval.
public struct PeakMemoryRatio: Sendable, Equatable {
  /// The largest over the run's samples; above zero.
  public let residentBytes: Int64
  public let candidateBytes: Int64

  /// Candidate ÷ resident: above 1 is more memory.
  public var ratio: Double { Double(candidateBytes) / Double(residentBytes) }
}

/// In which round of a live loop each side first went wrong: a bound on what one loop of each showed.
///
/// The intervals say how little one loop tells of others: they are those of the mean first degraded round, if every round
/// goes wrong with one probability. They stand beside the bound and don't decide.
public struct DegradedRounds: Sendable, Equatable {
  /// From 1; nil for a loop that stayed clean.
  public let resident: Int?
  public let candidate: Int?
  public let rounds: Int
  public let residentInterval: ConfidenceInterval
  public let candidateInterval: ConfidenceInterval
  /// Of candidate ÷ resident, by Bonferroni's inequality.
  public let interval: ConfidenceInterval

  init(resident: Int?, candidate: Int?, rounds: Int, confidence: Double) throws(StatisticsError) {
    self.resident = resident
    self.candidate = candidate
    self.rounds = rounds
    let residents = try FirstFailure(trial: resident, of: rounds)
    let candidates = try FirstFailure(trial: candidate, of: rounds)
    residentInterval = try residents.meanInterval(confidence: confidence)
    candidateInterval = try candidates.meanInterval(confidence: confidence)
    let each = (1 + confidence) / 2
    let (below, above) = (try residents.meanInterval(confidence: each), try candidates.meanInterval(confidence: each))
    interval = ConfidenceInterval(
      lower: above.lower / below.upper, upper: above.upper / below.lower, confidence: confidence)
  }

  /// Candidate ÷ resident, a clean loop counting as one round more than there are: below 1 is earlier.
  public var ratio: Double { Double(candidate ?? rounds + 1) / Double(resident ?? rounds + 1) }

  var residentText: String { text(resident, residentInterval) }
  var candidateText: String { text(candidate, candidateInterval) }

  private func text(_ round: Int?, _ interval: ConfidenceInterval) -> String {
    let round = round.map { "round \($0) of \(rounds)" } ?? "none in \(rounds) rounds"
    return "\(round) (mean \(Figures.rounds(interval)))"
  }
}
